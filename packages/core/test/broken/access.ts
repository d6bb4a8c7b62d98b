import { Accounts, Attempts, type Caller, InvalidCredentials, Sessions, TooManyAttempts } from "@communications/core"
import { noon } from "@communications/core/testing"
import { DateTime, Duration, Effect, Redacted } from "effect"
import { faulty } from "./Broken.ts"

const accounts = faulty(Accounts)
const attempts = faulty(Attempts)
const sessions = faulty(Sessions)

const burstClause =
  "Attempts: a burst is allowed, then one more whenever the time has passed, and the wait is told to the second"

/** Adapters of accounts, attempts and sessions, each with a fault. */
export const brokenAccess = [
  accounts(
    "tells a wrong password from an unknown user",
    "Accounts: whatever is wrong, the failure is the same",
    (sound) => ({
      authenticate: (credentials) =>
        Effect.gen(function* () {
          const organisation = yield* Effect.orDie(sound.organisation(credentials.organisation))
          yield* Effect.orDie(sound.user(organisation, credentials.username))
          return yield* sound.authenticate(credentials)
        })
    })
  ),
  accounts(
    "looks at no more of a password than bcrypt does",
    "Accounts: who knows the password, and all of it, is who the user is, by whatever characters it has",
    (sound) => {
      const seen = (password: Redacted.Redacted) => Redacted.make(Redacted.value(password).slice(0, 72))
      return {
        addUser: (caller, username, password) => sound.addUser(caller, username, seen(password)),
        authenticate: ({ password, ...names }) => sound.authenticate({ ...names, password: seen(password) })
      }
    }
  ),
  accounts(
    "takes the password that was given last",
    "Accounts: a user's name and id are given once within the organisation, and the password stays the first one",
    (sound) => {
      const passwords = new Map<string, string>()
      return {
        addUser: (caller, username, password) => {
          passwords.set(username, Redacted.value(password))
          return sound.addUser(caller, username, password)
        },
        authenticate: ({ organisation, username, password }) =>
          Effect.gen(function* () {
            if (passwords.get(username) !== Redacted.value(password)) return yield* new InvalidCredentials()
            return yield* sound.user(yield* sound.organisation(organisation), username)
          }).pipe(Effect.catchTag(["OrganisationNotFound", "UserNotFound"], () => new InvalidCredentials()))
      }
    }
  ),
  accounts(
    "adds users to organisations that there are not",
    "Accounts: an organisation that there is not has no users",
    (sound) => ({
      addUser: (caller, username, password) =>
        Effect.catchTag(sound.addUser(caller, username, password), "OrganisationNotFound", () => Effect.void)
    })
  ),
  attempts("attempts not atomic", "Attempts: of 32 that are taken at once only the burst is allowed", (sound) => {
    const left = new Map<string, number>()
    return {
      take: Effect.fnUntraced(function* (limit) {
        const before = left.get(limit.key) ?? limit.burst
        yield* Effect.yieldNow
        if (before === 0) return yield* sound.take({ ...limit, burst: 0 })
        left.set(limit.key, before - 1)
      })
    }
  }),
  attempts("fills up to more than the burst", "Attempts: it never fills up to more than the burst", () => {
    const taken = new Map<string, number>()
    return {
      take: Effect.fnUntraced(function* ({ key, burst, every }) {
        const since = DateTime.toEpochMillis(yield* DateTime.now) - DateTime.toEpochMillis(noon)
        const count = taken.get(key) ?? 0
        const wait = (count + 1 - burst) * Duration.toMillis(every) - since
        if (wait > 0) return yield* new TooManyAttempts({ retry_after: Math.ceil(wait / 1000) })
        taken.set(key, count + 1)
      })
    }
  }),
  attempts("tells the wait rounded down", burstClause, (sound) => ({
    take: (limit) =>
      Effect.mapError(
        sound.take(limit),
        (error) => new TooManyAttempts({ retry_after: error._tag === "TooManyAttempts" ? error.retry_after - 1 : 0 })
      )
  })),
  attempts("counts all keys together", "Attempts: one key knows nothing of another", (sound) => ({
    take: (limit) => sound.take({ ...limit, key: "all" })
  })),
  attempts("gives nothing back", "Attempts: what is given back can be taken again", () => ({
    giveBack: () => Effect.void
  })),
  sessions("keeps a released token open", "Sessions: a released token is invalid at once", (sound) => ({
    release: (token) => Effect.asVoid(sound.authenticate(token))
  })),
  sessions("expires late", "Sessions: a session is open until the moment at which it expires", (sound) => ({
    open: (token, caller, expires_at) => sound.open(token, caller, DateTime.add(expires_at, { milliseconds: 1 }))
  })),
  sessions("expires early", "Sessions: a session is open until the moment at which it expires", (sound) => ({
    open: (token, caller, expires_at) => sound.open(token, caller, DateTime.subtract(expires_at, { milliseconds: 1 }))
  })),
  sessions(
    "takes a token once",
    "Sessions: the token of an open session tells who is asking, however often",
    (sound) => ({ authenticate: (token) => Effect.tap(sound.authenticate(token), () => sound.release(token)) })
  ),
  sessions(
    "releases all sessions of a caller with one",
    "Sessions: releasing one session leaves the caller's other sessions open",
    (sound) => ({
      release: (token) => Effect.asVoid(Effect.flatMap(sound.authenticate(token), sound.releaseAll))
    })
  ),
  sessions(
    "counts sessions that have expired among the open ones",
    "Sessions: releasing all sessions of a user ends those that are open, and nobody else's",
    (sound) => ({ releaseAll: (caller) => Effect.map(sound.releaseAll(caller), (count) => count + 1) })
  ),
  sessions(
    "releases all sessions of the organisation",
    "Sessions: releasing all sessions of a user ends those that are open, and nobody else's",
    (sound) => {
      const callers: Array<Caller> = []
      return {
        open: (token, caller, expires_at) => {
          callers.push(caller)
          return sound.open(token, caller, expires_at)
        },
        releaseAll: (caller) =>
          Effect.tap(sound.releaseAll(caller), () =>
            Effect.forEach(
              callers.filter(({ organisation }) => organisation === caller.organisation),
              sound.releaseAll
            )
          )
      }
    }
  ),
  sessions("keeps the first session of a token", "Sessions: opening a session again replaces it", (sound) => ({
    open: (token, caller, expires_at) =>
      Effect.catchTag(Effect.asVoid(sound.authenticate(token)), "InvalidToken", () =>
        sound.open(token, caller, expires_at)
      )
  }))
]
