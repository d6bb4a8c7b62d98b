import { Context, DateTime, Effect, type Redacted } from "effect"
import { type Caller, parseToken } from "../domain/Caller.ts"
import type { InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"
import type { Act } from "../domain/LifeCycle.ts"
import { Sessions } from "../ports/Sessions.ts"

/** Identifies the user of an operation: by a session token, or as a caller that the host has authenticated. */
export type Authentication =
  | { readonly token: Redacted.Redacted<string>; readonly caller?: never }
  | { readonly caller: Caller; readonly token?: never }

/**
 * The id of the current request, which the history records with each change. Over HTTP it is the `X-Request-Id`. In
 * process it is `null` unless you provide it, or pass `request_id` to a method of `createCommunications`.
 */
export const RequestId = Context.Reference<string | null>("@communications/core/RequestId", {
  defaultValue: () => null
})

/** Whether a value is the id of a request as callers may pass it: text that is harmless in logs and headers. */
export const isRequestId = (value: unknown): value is string =>
  typeof value === "string" && /^[A-Za-z0-9._-]{1,128}$/.test(value)

/** Returns the caller; fails with `InvalidToken` unless the session of the token is open. */
export const authenticate = ({
  token,
  caller
}: Authentication): Effect.Effect<Caller, InvalidToken | StorageUnavailable, Sessions> =>
  Effect.flatMap(Sessions, (sessions) =>
    caller === undefined
      ? Effect.flatMap(Effect.fromResult(parseToken(token)), (token) => sessions.authenticate(token))
      : Effect.succeed(caller)
  )

/** Returns the act of a change that this user makes now. */
export const actOf = Effect.fnUntraced(function* ({ user }: Caller): Effect.fn.Return<Act> {
  return { at: yield* DateTime.now, by: user, request_id: yield* RequestId }
})
