import { DateTime, Effect, Equal, Redacted } from "effect"
import type { Caller, Token } from "../domain/Caller.ts"
import { InvalidCredentials, InvalidToken } from "../domain/errors/index.ts"
import { Sessions } from "../ports/Sessions.ts"

/** Makes in-memory `Sessions`; `revisionOf` returns the present revision of the account of a user. */
export const makeSessions = (revisionOf: (caller: Caller) => number | undefined) => {
  const sessions = new Map<string, { readonly caller: Caller; readonly expires_at: DateTime.Utc }>()
  const authenticate = Effect.fnUntraced(function* (token: Token) {
    const session = sessions.get(Redacted.value(token))
    if (session === undefined) return yield* new InvalidToken()
    const now = yield* DateTime.now
    return DateTime.isLessThan(now, session.expires_at) ? session.caller : yield* new InvalidToken()
  })
  return Sessions.of({
    open: (token, caller, expires_at) => Effect.sync(() => sessions.set(Redacted.value(token), { caller, expires_at })),
    openAuthenticated: Effect.fnUntraced(function* (token, { caller, revision }, expires_at) {
      if (revisionOf(caller) !== revision) return yield* new InvalidCredentials()
      sessions.set(Redacted.value(token), { caller, expires_at })
    }),
    authenticate,
    releaseAll: Effect.fnUntraced(function* (caller) {
      const now = yield* DateTime.now
      const own = [...sessions].filter(([, session]) => Equal.equals(session.caller, caller))
      for (const [token] of own) sessions.delete(token)
      return own.filter(([, { expires_at }]) => DateTime.isLessThan(now, expires_at)).length
    }),
    release: (token) => Effect.map(authenticate(token), () => void sessions.delete(Redacted.value(token)))
  })
}
