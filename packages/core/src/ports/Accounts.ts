import { Context, type Effect, type Redacted } from "effect"
import type { Caller } from "../domain/Caller.ts"
import type {
  InvalidCredentials,
  OrganisationExists,
  OrganisationNotFound,
  StorageUnavailable,
  UserExists,
  UserNotFound
} from "../domain/errors/index.ts"
import type { Name, OrganisationId } from "../domain/Identity.ts"

/** What a user logs in with. */
export interface Credentials {
  readonly organisation: string
  readonly username: string
  readonly password: Redacted.Redacted<string>
}

/** Organisations and their users, who log in with a password. A password is never stored, only what proves it. */
export class Accounts extends Context.Service<
  Accounts,
  {
    /** Stores an organisation; `OrganisationExists`, and nothing is stored, where its id or its name is taken. */
    addOrganisation(id: OrganisationId, name: Name): Effect.Effect<void, OrganisationExists | StorageUnavailable>

    /** Stores a user of an organisation; `UserExists`, and nothing is stored, where its id or its name is taken there. */
    addUser(
      caller: Caller,
      username: Name,
      password: Redacted.Redacted<string>
    ): Effect.Effect<void, OrganisationNotFound | UserExists | StorageUnavailable>

    /** The organisation of that name. */
    organisation(name: string): Effect.Effect<OrganisationId, OrganisationNotFound | StorageUnavailable>

    /** The user of that name in the organisation. */
    user(organisation: OrganisationId, username: string): Effect.Effect<Caller, UserNotFound | StorageUnavailable>

    /**
     * Tells who logs in. Whatever is wrong, the organisation, the user or the password, the failure is the same and
     * takes the same time.
     */
    authenticate(credentials: Credentials): Effect.Effect<Caller, InvalidCredentials | StorageUnavailable>
  }
>()("@communications/core/Accounts") {}
