import { Context, type DateTime, type Effect } from "effect"
import type { Caller, Token } from "../domain/Caller.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { InvalidToken, StorageUnavailable } from "../domain/Errors.ts"

/** Who asks, and a glance at what they ask for, which only the adapter that took it can read. */
export interface Asker extends Caller {
  readonly glance?: unknown
}

/** Authentication: which token stands for whom. A token itself is never stored, only what proves that it is known. */
export class Sessions extends Context.Service<
  Sessions,
  {
    /** Opens a session: until `expires_at`, or until it is released, the token stands for the caller. */
    open(token: Token, caller: Caller, expires_at: DateTime.Utc): Effect.Effect<void, StorageUnavailable>

    /**
     * Tells who is asking, by the clock of the runtime; `InvalidToken` unless the token's session is open. Where it is
     * known what they are going to ask for, an adapter may glance at that too, and save `Communications.modify` a look.
     */
    authenticate(token: Token, about?: CommunicationIdentifier): Effect.Effect<Asker, InvalidToken | StorageUnavailable>

    /** Ends all sessions of a user at once, everywhere; tells how many were open. */
    releaseAll(caller: Caller): Effect.Effect<number, StorageUnavailable>

    /** Ends the session at once, everywhere; `InvalidToken` unless it is open. */
    release(token: Token): Effect.Effect<void, InvalidToken | StorageUnavailable>
  }
>()("@communications/core/Sessions") {}
