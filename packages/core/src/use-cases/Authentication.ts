import { Context, DateTime, Effect, type Redacted } from "effect"
import { type Caller, parseToken } from "../domain/Caller.ts"
import type { Act } from "../domain/LifeCycle.ts"
import { Sessions } from "../ports/Sessions.ts"

/** Who asks: whoever the token of an open session stands for, or a caller whom the host has authenticated already. */
export type Authentication =
  | { readonly token: Redacted.Redacted<string>; readonly caller?: never }
  | { readonly caller: Caller; readonly token?: never }

/** The request in whose course something is done; it is noted in the history. */
export const RequestId = Context.Reference<string | null>("@communications/core/RequestId", {
  defaultValue: () => null
})

/** Tells who asks; `InvalidToken` unless the token's session is open. */
export const authenticate = Effect.fnUntraced(function* ({ token, caller }: Authentication) {
  const sessions = yield* Sessions
  return caller ?? (yield* sessions.authenticate(yield* Effect.fromResult(parseToken(token))))
})

/** What the caller does now. */
export const actOf = Effect.fnUntraced(function* ({ user }: Caller): Effect.fn.Return<Act> {
  return { at: yield* DateTime.now, by: user, request_id: yield* RequestId }
})
