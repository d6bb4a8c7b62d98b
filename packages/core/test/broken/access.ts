import {
  Accounts,
  Attempts,
  type Caller,
  InvalidCredentials,
  Sessions,
  TooManyAttempts,
  UserExists
} from "@communications/core"
import { noon } from "@communications/core/testing"
import { DateTime, Duration, Effect, Redacted } from "effect"
import { faulty } from "./Broken.ts"

const accounts = faulty(Accounts)
const attempts = faulty(Attempts)
const sessions = faulty(Sessions)

const burstClause =
  "Attempts: a burst is allowed, then one more each time the interval has passed; the failure has the wait, to the second"

/** Adapters of accounts, attempts and sessions, each with a fault. */
export const brokenAccess = [
  accounts(
    "fails differently for a wrong password and an unknown user",
    "Accounts: a wrong organisation, username or password all give the same failure",
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
    "compares 72 characters of a password, as bcrypt does",
    "Accounts: the whole password authenticates its user, whatever characters it has",
    (sound) => {
      const seen = (password: Redacted.Redacted) => Redacted.make(Redacted.value(password).slice(0, 72))
      return {
        addUser: (caller, username, password) => sound.addUser(caller, username, seen(password)),
        authenticate: ({ password, ...names }) => sound.authenticate({ ...names, password: seen(password) })
      }
    }
  ),
  accounts(
    "accepts the password that was given last",
    "Accounts: the name and the id of a user are unique within the organisation, and the first password stays",
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
    "succeeds in adding a user to an unknown organisation",
    "Accounts: no user is added to an unknown organisation",
    (sound) => ({
      addUser: (caller, username, password) =>
        Effect.catchTag(sound.addUser(caller, username, password), "OrganisationNotFound", () => Effect.void)
    })
  ),
  accounts(
    "finds a user in any organisation",
    "Accounts: an organisation is found by its name, and a user by the name within the organisation",
    (sound) => {
      const callers = new Map<string, Caller>()
      return {
        addUser: (caller, username, password) => {
          callers.set(username, caller)
          return sound.addUser(caller, username, password)
        },
        user: (organisation, username) => {
          const caller = callers.get(username)
          return caller === undefined ? sound.user(organisation, username) : Effect.succeed(caller)
        }
      }
    }
  ),
  accounts(
    "succeeds in adding an organisation under a taken name",
    "Accounts: the name and the id of an organisation are unique",
    (sound) => ({
      addOrganisation: (id, name) =>
        Effect.catchTag(sound.addOrganisation(id, name), "OrganisationExists", () => Effect.void)
    })
  ),
  accounts(
    "has usernames that are unique across organisations",
    "Accounts: two organisations may have a user of the same name: each has its own password",
    (sound) => {
      const taken = new Map<string, Caller>()
      return {
        addUser: (caller, username, password) => {
          const { organisation } = taken.get(username) ?? caller
          if (organisation !== caller.organisation) return new UserExists({ username })
          taken.set(username, caller)
          return sound.addUser(caller, username, password)
        }
      }
    }
  ),
  attempts(
    "reads the attempts, and then writes them",
    "Attempts: of 32 attempts at once only the burst is allowed",
    (sound) => {
      const left = new Map<string, number>()
      return {
        take: Effect.fnUntraced(function* (limit) {
          const before = left.get(limit.key) ?? limit.burst
          yield* Effect.yieldNow
          if (before === 0) return yield* sound.take({ ...limit, burst: 0 })
          left.set(limit.key, before - 1)
        })
      }
    }
  ),
  attempts("fills up to more than the burst", "Attempts: a limit never fills up to more than its burst", () => {
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
  attempts("rounds the wait down", burstClause, (sound) => ({
    take: (limit) =>
      Effect.mapError(
        sound.take(limit),
        (error) => new TooManyAttempts({ retry_after: error._tag === "TooManyAttempts" ? error.retry_after - 1 : 0 })
      )
  })),
  attempts("counts all keys together", "Attempts: attempts of one key do not count for another", (sound) => ({
    take: (limit) => sound.take({ ...limit, key: "all" })
  })),
  attempts("gives nothing back", "Attempts: an attempt that is given back can be taken again", () => ({
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
    "accepts a token once",
    "Sessions: the token of an open session authenticates its caller, any number of times",
    (sound) => ({ authenticate: (token) => Effect.tap(sound.authenticate(token), () => sound.release(token)) })
  ),
  sessions(
    "releases all sessions of a caller with one",
    "Sessions: releasing one session leaves the other sessions of the caller open",
    (sound) => ({
      release: (token) => Effect.asVoid(Effect.flatMap(sound.authenticate(token), sound.releaseAll))
    })
  ),
  sessions(
    "counts sessions that have expired among the open ones",
    "Sessions: releasing all sessions of a user ends and counts the open ones, and leaves those of other users",
    (sound) => ({ releaseAll: (caller) => Effect.map(sound.releaseAll(caller), (count) => count + 1) })
  ),
  sessions(
    "releases all sessions of the organisation",
    "Sessions: releasing all sessions of a user ends and counts the open ones, and leaves those of other users",
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
  sessions("releases an unknown token", "Sessions: an unknown token is invalid", (sound) => ({
    release: (token) => Effect.catchTag(sound.release(token), "InvalidToken", () => Effect.void)
  })),
  sessions("keeps the first session of a token", "Sessions: opening a session again replaces it", (sound) => ({
    open: (token, caller, expires_at) =>
      Effect.catchTag(Effect.asVoid(sound.authenticate(token)), "InvalidToken", () =>
        sound.open(token, caller, expires_at)
      )
  }))
]
