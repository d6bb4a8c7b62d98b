import { Effect, type Redacted, Schema } from "effect"
import { parseToken } from "../domain/Caller.ts"
import { InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"
import { Sessions } from "../ports/Sessions.ts"
import { operation } from "./Operation.ts"

/**
 * Ends the session of a token at once, on every server.
 *
 * Errors: `InvalidToken`; `StorageUnavailable` at any time.
 * Source: CRM.COM Web API, `POST authentication/token/release`.
 */
export const releaseToken = Effect.fnUntraced(function* (request: { readonly token: Redacted.Redacted<string> }) {
  const sessions = yield* Sessions
  yield* sessions.release(yield* Effect.fromResult(parseToken(request.token)))
})

/** `POST authentication/token/release`. */
export const release = operation({
  name: "authentication/token/release",
  operationId: "releaseToken",
  user: "token",
  request: Schema.Struct({}),
  result: Schema.Struct({}),
  errors: [InvalidToken, StorageUnavailable],
  run: (request) => Effect.as(releaseToken(request), { value: {} }),
  summary: "Log out",
  description: "Ends the session: the token is invalid at once.",
  example: { request: { token: "0123456789ABCDEF0123456789ABCDEF" }, result: {} }
})
