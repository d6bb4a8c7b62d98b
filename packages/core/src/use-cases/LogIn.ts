import { DateTime, Effect, Redacted } from "effect"
import { parseToken } from "../domain/Caller.ts"
import { type LogInAttempt, logInLimits } from "../domain/LogInLimits.ts"
import { Accounts, type Credentials } from "../ports/Accounts.ts"
import { Attempts } from "../ports/Attempts.ts"
import { freshHex } from "../ports/freshHex.ts"
import { Sessions } from "../ports/Sessions.ts"
import { traced } from "./traced.ts"

/** How long a session lasts, whether it is used or not. */
const lifetime = { hours: 2 }

/**
 * Opens a session of two hours for who knows the password, and gives its token.
 *
 * Fails, in this order, with `TooManyAttempts`, `InvalidCredentials`; with `StorageUnavailable` at any time. An attempt
 * counts from its begin, so that many at once are as limited as one after the other; one that succeeds does not count.
 * Source: CRM.COM Web API, `POST authentication/token`.
 */
export const logIn = Effect.fnUntraced(function* (request: Credentials & Pick<LogInAttempt, "address">) {
  const [accounts, attempts, sessions] = [yield* Accounts, yield* Attempts, yield* Sessions]
  const limits = logInLimits(request)
  for (const [index, limit] of limits.entries()) {
    yield* attempts
      .take(limit)
      .pipe(
        Effect.tapErrorTag("TooManyAttempts", () =>
          Effect.forEach(limits.slice(0, index), (taken) => attempts.giveBack(taken), { discard: true })
        )
      )
  }
  const caller = yield* accounts.authenticate(request)
  yield* Effect.forEach(limits, (limit) => attempts.giveBack(limit), { discard: true })
  const token = yield* Effect.orDie(Effect.fromResult(parseToken(Redacted.make(yield* freshHex))))
  yield* sessions.open(token, caller, DateTime.add(yield* DateTime.now, lifetime))
  return token
}, traced("logIn"))
