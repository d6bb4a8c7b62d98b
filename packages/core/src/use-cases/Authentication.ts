import { Context, DateTime, Effect, type Redacted } from "effect"
import { type Caller, parseToken } from "../domain/Caller.ts"
import type { InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"
import type { Act } from "../domain/LifeCycle.ts"
import { Sessions } from "../ports/Sessions.ts"

/** The user on whose behalf an operation runs: by the token of an open session, or a caller that the host has authenticated. */
export type Authentication =
  | { readonly token: Redacted.Redacted<string>; readonly caller?: never }
  | { readonly caller: Caller; readonly token?: never }

/** The id of the request in whose course a change is made; the history keeps it. */
export const RequestId = Context.Reference<string | null>("@communications/core/RequestId", {
  defaultValue: () => null
})

/** The caller; fails with `InvalidToken` unless the session of the token is open. */
export const authenticate = ({
  token,
  caller
}: Authentication): Effect.Effect<Caller, InvalidToken | StorageUnavailable, Sessions> =>
  Effect.flatMap(Sessions, (sessions) =>
    caller === undefined
      ? Effect.flatMap(Effect.fromResult(parseToken(token)), (token) => sessions.authenticate(token))
      : Effect.succeed(caller)
  )

/** A change by this user, now. */
export const actOf = Effect.fnUntraced(function* ({ user }: Caller): Effect.fn.Return<Act> {
  return { at: yield* DateTime.now, by: user, request_id: yield* RequestId }
})
