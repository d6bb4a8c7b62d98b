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

/** The names and the password that a user enters to log in. */
export interface Credentials {
  readonly organisation: string
  readonly username: string
  readonly password: Redacted.Redacted<string>
}

/** Stores organisations, their users, and a hash of each user's password, never the password itself. */
export class Accounts extends Context.Service<
  Accounts,
  {
    /** Stores an organisation. If its id or name exists, it fails with `OrganisationExists` and stores nothing. */
    addOrganisation(id: OrganisationId, name: Name): Effect.Effect<void, OrganisationExists | StorageUnavailable>

    /**
     * Stores a user of an organisation. If its id or name exists there, it fails with `UserExists` and stores nothing.
     */
    addUser(
      caller: Caller,
      username: Name,
      password: Redacted.Redacted<string>
    ): Effect.Effect<void, OrganisationNotFound | UserExists | StorageUnavailable>

    /** Returns the id of the organisation with this name. */
    organisation(name: string): Effect.Effect<OrganisationId, OrganisationNotFound | StorageUnavailable>

    /** Returns the user with this name in the organisation. */
    user(organisation: OrganisationId, username: string): Effect.Effect<Caller, UserNotFound | StorageUnavailable>

    /**
     * Returns the user with these credentials. A wrong organisation, user or password fails with the same error, after
     * the same time (decision 12).
     */
    authenticate(credentials: Credentials): Effect.Effect<Caller, InvalidCredentials | StorageUnavailable>
  }
>()("@communications/core/Accounts") {}
