import { Effect, type Redacted } from "effect"
import { parseToken } from "../domain/Caller.ts"
import { Sessions } from "../ports/Sessions.ts"
import { traced } from "./traced.ts"

/**
 * Ends the session of a token at once, everywhere.
 *
 * Fails with `InvalidToken`; with `StorageUnavailable` at any time. Source: CRM.COM Web API, `POST
 * authentication/token/release`.
 */
export const releaseToken = Effect.fnUntraced(function* (request: { readonly token: Redacted.Redacted<string> }) {
  const sessions = yield* Sessions
  yield* sessions.release(yield* Effect.fromResult(parseToken(request.token)))
}, traced("releaseToken"))
