import { Context, type Duration, type Effect } from "effect"
import type { Caller, Token } from "../domain/Caller.ts"
import type { InvalidCredentials, InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"
import type { Authenticated } from "./Accounts.ts"

/**
 * Stores the sessions of logged-in users, with a hash of each token, never the token itself. Whether a session has expired
 * follows from the clock of the storage, whatever the clock of the process shows.
 */
export class Sessions extends Context.Service<
  Sessions,
  {
    /** Opens a session. The token authenticates the caller for this lifetime, or until it is released. */
    open(token: Token, caller: Caller, lifetime: Duration.Duration): Effect.Effect<void, StorageUnavailable>

    /**
     * Opens a session for a log-in. Fails with `InvalidCredentials` if the account has changed since it was
     * authenticated: a change followed by `releaseAll` leaves no session of an earlier password open, even if a log-in
     * runs at the same time.
     */
    openAuthenticated(
      token: Token,
      authenticated: Authenticated,
      lifetime: Duration.Duration
    ): Effect.Effect<void, InvalidCredentials | StorageUnavailable>

    /** Returns the caller of a session; fails with `InvalidToken` unless the session is open. */
    authenticate(token: Token): Effect.Effect<Caller, InvalidToken | StorageUnavailable>

    /** Ends all sessions of a user at once, on every server. Returns the number of open sessions that it ended. */
    releaseAll(caller: Caller): Effect.Effect<number, StorageUnavailable>

    /** Ends a session at once, on every server; fails with `InvalidToken` unless the session is open. */
    release(token: Token): Effect.Effect<void, InvalidToken | StorageUnavailable>
  }
>()("@communications/core/Sessions") {}
