import { Cause, Duration, Effect, Exit, PartitionedSemaphore, Redacted, Schedule, Schema } from "effect"
import { parseToken } from "../domain/Caller.ts"
import { InvalidCredentials, StorageUnavailable, TooManyAttempts } from "../domain/errors/index.ts"
import { type Limit, type LogInAttempt, logInLimits, networkOf } from "../domain/LogInLimits.ts"
import { Accounts, type Authenticated, type Credentials } from "../ports/Accounts.ts"
import { Attempts } from "../ports/Attempts.ts"
import { freshHex } from "../ports/freshHex.ts"
import { Sessions } from "../ports/Sessions.ts"
import { withinStorageTimeout } from "../timeLimit.ts"
import { tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"

const name = "authentication/token"

/** The lifetime of a session. Using a session does not extend it. */
const lifetime = Duration.hours(2)

/**
 * Only four log-ins run at once in a process, because hashing passwords takes much time. The networks that wait take turns,
 * so that a flood of log-ins from one network delays those from another by little.
 */
const running = PartitionedSemaphore.makeUnsafe<string | undefined>({ permits: 4 })

const isWrong = Exit.match({
  onSuccess: () => false,
  onFailure: (cause: Cause.Cause<unknown>) => Cause.squash(cause) instanceof InvalidCredentials
})

/**
 * Runs an attempt, which counts for the limit only if its credentials are wrong: not if it succeeds, is interrupted, or if
 * the storage is unavailable. If the storage cannot put it back either, that is repeated in the background, until the
 * bucket would be full anyway.
 */
const withinLimit =
  (limit: Limit) =>
  <A, E, R>(attempt: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Attempts, (attempts) => {
      const fullAfter = Duration.times(limit.every, limit.burst)
      const giveBackLater = attempts
        .giveBack(limit)
        .pipe(
          Effect.retry(Schedule.upTo(Schedule.spaced("1 second"), { duration: fullAfter })),
          Effect.ignore,
          Effect.forkDetach
        )
      return Effect.acquireUseRelease(
        attempts.take(limit),
        () => attempt,
        (_, exit) => (isWrong(exit) ? Effect.void : Effect.catch(attempts.giveBack(limit), () => giveBackLater))
      )
    })

/**
 * Opens a session of two hours for the user with these credentials, and returns its token.
 *
 * Errors, in this order: `TooManyAttempts`, `InvalidCredentials`; `StorageUnavailable` at any time, and if the whole
 * takes longer than `StorageTimeout`, because many log-ins wait for their turn to hash. An attempt counts
 * from its start, so that concurrent attempts are limited like sequential ones. Only an attempt with wrong credentials
 * counts after its end (decision 12).
 * Source: CRM.COM Web API, `POST authentication/token`.
 */
export const logIn = Effect.fnUntraced(function* (request: Credentials & Pick<LogInAttempt, "address">) {
  const [accounts, sessions] = [yield* Accounts, yield* Sessions]
  const attempt: Effect.Effect<Authenticated, InvalidCredentials | TooManyAttempts | StorageUnavailable, Attempts> =
    accounts.authenticate(request)
  const limited = logInLimits(request).reduceRight((within, limit) => withinLimit(limit)(within), attempt)
  const network = request.address === null ? undefined : networkOf(request.address)
  const authenticated = yield* running.withPermit(network)(limited)
  const token = yield* Effect.orDie(Effect.fromResult(parseToken(Redacted.make(yield* freshHex))))
  yield* sessions.openAuthenticated(token, authenticated, lifetime)
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
