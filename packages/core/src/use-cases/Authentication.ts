import { Context, DateTime, Effect, type Redacted } from "effect"
import { type Caller, parseToken } from "../domain/Caller.ts"
import type { CommunicationIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { GivenIdentifier, InvalidToken, StorageUnavailable } from "../domain/Errors.ts"
import type { Act } from "../domain/LifeCycle.ts"
import { type Asker, Sessions } from "../ports/Sessions.ts"

/** Who asks: whoever the token of an open session stands for, or a caller whom the host has authenticated already. */
export type Authentication =
  | { readonly token: Redacted.Redacted<string>; readonly caller?: never }
  | { readonly caller: Caller; readonly token?: never }

/** Who asks for which communication. */
export type CommunicationRequest = Authentication & { readonly identifier: GivenIdentifier }

/** The request in whose course something is done; it is noted in the history. */
export const RequestId = Context.Reference<string | null>("@communications/core/RequestId", {
  defaultValue: () => null
})

/** Tells who asks, perhaps about something; `InvalidToken` unless the token's session is open. */
export const authenticate = Effect.fnUntraced(function* (
  { token, caller }: Authentication,
  about?: CommunicationIdentifier
): Effect.fn.Return<Asker, InvalidToken | StorageUnavailable, Sessions> {
  const sessions = yield* Sessions
  return caller ?? (yield* sessions.authenticate(yield* Effect.fromResult(parseToken(token)), about))
})

/** What the caller does now. */
export const actOf = Effect.fnUntraced(function* ({ user }: Caller): Effect.fn.Return<Act> {
  return { at: yield* DateTime.now, by: user, request_id: yield* RequestId }
})
