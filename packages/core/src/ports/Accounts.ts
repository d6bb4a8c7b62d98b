import { Context, type DateTime, type Effect, type Redacted } from "effect"
import type { Caller } from "../domain/Caller.ts"
import type {
  InvalidCredentials,
  OrganisationExists,
  OrganisationNotFound,
  StorageUnavailable,
  UserExists,
  UserNotFound
} from "../domain/errors/index.ts"
import type { Name, OrganisationId, UserId } from "../domain/Identity.ts"

/** The names and the password that a user enters to log in. */
export interface Credentials {
  readonly organisation: string
  readonly username: string
  readonly password: Redacted.Redacted<string>
}

/**
 * An authenticated user. `revision` changes with the password and when the user is disabled, so that a session is not
 * opened for a log-in that began before.
 */
export interface Authenticated {
  readonly caller: Caller
  readonly revision: number
}

/** An organisation with its name. */
export interface Organisation {
  readonly id: OrganisationId
  readonly name: Name
}

/** A user of an organisation. A user who is disabled cannot log in. */
export interface User {
  readonly id: UserId
  readonly username: Name
  readonly disabled_at: DateTime.Utc | null
}

/** A user whose sessions have ended, and how many of them were open. */
export interface EndedSessions {
  readonly caller: Caller
  readonly ended: number
}

/** A part of a list that is ordered by name: at most `limit` elements, with names after `after`. */
export interface NamesPage {
  readonly after?: Name | undefined
  readonly limit: number
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

    /** Lists organisations by name. */
    organisations(page: NamesPage): Effect.Effect<ReadonlyArray<Organisation>, StorageUnavailable>

    /** Lists the users of an organisation by name. */
    users(organisation: OrganisationId, page: NamesPage): Effect.Effect<ReadonlyArray<User>, StorageUnavailable>

    /** Returns the names of those users that exist in the organisation; users who are disabled are among them. */
    usernames(
      organisation: OrganisationId,
      users: ReadonlyArray<UserId>
    ): Effect.Effect<ReadonlyMap<UserId, Name>, StorageUnavailable>

    /** Replaces the password of a user, and ends the sessions that are open, on every server: both or neither. */
    setPassword(
      organisation: OrganisationId,
      username: string,
      password: Redacted.Redacted<string>
    ): Effect.Effect<EndedSessions, UserNotFound | StorageUnavailable>

    /**
     * Refuses log-ins of a user from now on, and ends the sessions that are open, on every server: both or neither. A user
     * who was disabled before keeps the time.
     */
    disable(
      organisation: OrganisationId,
      username: string
    ): Effect.Effect<EndedSessions & { readonly wasDisabled: boolean }, UserNotFound | StorageUnavailable>

    /** Accepts log-ins of a user again. */
    enable(organisation: OrganisationId, username: string): Effect.Effect<Caller, UserNotFound | StorageUnavailable>

    /**
     * Returns the user with these credentials. A wrong organisation, user or password, and a disabled user, fail with
     * the same error, after the same time (decision 12).
     */
    authenticate(credentials: Credentials): Effect.Effect<Authenticated, InvalidCredentials | StorageUnavailable>
  }
>()("@communications/core/Accounts") {}
