import { Context, type DateTime, type Effect } from "effect"
import type { Caller, Token } from "../domain/Caller.ts"
import type { InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"

/** The sessions of users who logged in. A token is never stored, only a hash that proves it. */
export class Sessions extends Context.Service<
  Sessions,
  {
    /** Opens a session: until `expires_at`, or until it is released, the token stands for the caller. */
    open(token: Token, caller: Caller, expires_at: DateTime.Utc): Effect.Effect<void, StorageUnavailable>

    /** The caller that the token stands for at this time; fails with `InvalidToken` unless its session is open. */
    authenticate(token: Token): Effect.Effect<Caller, InvalidToken | StorageUnavailable>

    /** Ends all sessions of a user at once, on every server; returns how many were open. */
    releaseAll(caller: Caller): Effect.Effect<number, StorageUnavailable>

    /** Ends the session at once, on every server; fails with `InvalidToken` unless it is open. */
    release(token: Token): Effect.Effect<void, InvalidToken | StorageUnavailable>
  }
>()("@communications/core/Sessions") {}
