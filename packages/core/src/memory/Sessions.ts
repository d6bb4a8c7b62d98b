import { type Clock, Duration, Effect, Equal, Redacted } from "effect"
import type { Caller, Token } from "../domain/Caller.ts"
import { InvalidCredentials, InvalidToken } from "../domain/errors/index.ts"
import { Sessions } from "../ports/Sessions.ts"

interface Session {
  readonly caller: Caller
  /** In milliseconds since the epoch. */
  readonly expires_at: number
}

/** Makes in-memory `Sessions`; `revisionOf` returns the present revision of the account of a user. */
export const makeSessions = (clock: Clock.Clock, revisionOf: (caller: Caller) => number | undefined) => {
  const sessions = new Map<string, Session>()
  const isOpen = ({ expires_at }: Session) => clock.currentTimeMillisUnsafe() < expires_at
  const open = (token: Token, caller: Caller, lifetime: Duration.Duration) => {
    const expires_at = clock.currentTimeMillisUnsafe() + Duration.toMillis(lifetime)
    sessions.set(Redacted.value(token), { caller, expires_at })
  }
  const authenticate = Effect.fnUntraced(function* (token: Token) {
    const session = sessions.get(Redacted.value(token))
    return session !== undefined && isOpen(session) ? session.caller : yield* new InvalidToken()
  })
  return Sessions.of({
    open: (token, caller, lifetime) => Effect.sync(() => open(token, caller, lifetime)),
    openAuthenticated: Effect.fnUntraced(function* (token, { caller, revision }, lifetime) {
      if (revisionOf(caller) !== revision) return yield* new InvalidCredentials()
      open(token, caller, lifetime)
    }),
    authenticate,
    releaseAll: (caller) =>
      Effect.sync(() => {
        const own = [...sessions].filter(([, session]) => Equal.equals(session.caller, caller))
        for (const [token] of own) sessions.delete(token)
        return own.filter(([, session]) => isOpen(session)).length
      }),
    release: (token) => Effect.map(authenticate(token), () => void sessions.delete(Redacted.value(token)))
  })
}
