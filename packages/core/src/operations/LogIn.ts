import { DateTime, Effect, Redacted, Schema } from "effect"
import { parseToken } from "../domain/Caller.ts"
import { InvalidCredentials, StorageUnavailable, TooManyAttempts } from "../domain/errors/index.ts"
import { type LogInAttempt, logInLimits } from "../domain/LogInLimits.ts"
import { Accounts, type Credentials } from "../ports/Accounts.ts"
import { Attempts } from "../ports/Attempts.ts"
import { freshHex } from "../ports/freshHex.ts"
import { Sessions } from "../ports/Sessions.ts"
import { withinStorageTimeout } from "../timeLimit.ts"
import { tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"

const name = "authentication/token"

/** The lifetime of a session. Using a session does not extend it. */
const lifetime = { hours: 2 }

/**
 * Opens a session of two hours for the user with these credentials, and returns its token.
 *
 * Errors, in this order: `TooManyAttempts`, `InvalidCredentials`; `StorageUnavailable` at any time, and if the whole
 * takes longer than `StorageTimeout`, because many log-ins wait for their turn to hash. An attempt counts
 * from its start, so that concurrent attempts are limited like sequential ones. A successful attempt does not count
 * (decision 12).
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
          Effect.forEach(limits.slice(0, index), (earlier) => attempts.giveBack(earlier), { discard: true })
        )
      )
  }
  const caller = yield* accounts.authenticate(request)
  yield* Effect.forEach(limits, (limit) => attempts.giveBack(limit), { discard: true })
  const token = yield* Effect.orDie(Effect.fromResult(parseToken(Redacted.make(yield* freshHex))))
  yield* sessions.open(token, caller, DateTime.add(yield* DateTime.now, lifetime))
  return token
}, withinStorageTimeout(name))

/** `POST authentication/token`. */
export const token = operation({
  name,
  operationId: "logIn",
  user: "anyone",
  request: Schema.Struct({
    username: Schema.String,
    password: Schema.String,
    organisation: Schema.String,
    unit: Schema.optionalKey(Schema.NullOr(Schema.String))
  }),
  result: Schema.Struct({ token: Schema.String }),
  errors: [InvalidCredentials, TooManyAttempts, StorageUnavailable],
  run: ({ organisation, username, password, address = null }) =>
    Effect.map(logIn({ organisation, username, password: Redacted.make(password), address }), (token) => ({
      value: { token: Redacted.value(token) }
    })),
  summary: "Log in",
  description:
    "Returns a token that is valid for two hours, whether it is used or not. Failed attempts are limited: `TOO_MANY_ATTEMPTS` reports when to try again.",
  example: {
    request: { username: "demo", password: "demo", organisation: "CRMDEMO" },
    result: { token: tokenExample }
  }
})
