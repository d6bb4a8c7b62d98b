import {
  Accounts,
  Attempts,
  type Caller,
  InvalidCredentials,
  InvalidToken,
  Sessions,
  TooManyAttempts,
  takeFromBucket,
  UserExists
} from "@communications/core"
import { Clock, DateTime, Duration, Effect, Redacted } from "effect"
import { faulty } from "./Broken.ts"

const accounts = faulty(Accounts)
const attempts = faulty(Attempts)
const sessions = faulty(Sessions)

const burstClause =
  "Attempts: a burst is allowed, then one attempt per interval; the error reports the wait in seconds, rounded up"

/** Adapters of `Accounts`, `Attempts` and `Sessions`, each with a fault. */
export const brokenAccess = [
  accounts(
    "fails differently for a wrong password and an unknown user",
    "Accounts: a wrong organisation, username or password fails with the same error",
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
    "Accounts: every character of a password counts, and any character is allowed",
    (sound) => {
      const seen = (password: Redacted.Redacted) => Redacted.make(Redacted.value(password).slice(0, 72))
      return {
        addUser: (caller, username, password) => sound.addUser(caller, username, seen(password)),
        authenticate: ({ password, ...names }) => sound.authenticate({ ...names, password: seen(password) })
      }
    }
  ),
  accounts(
    "replaces the password by that of a duplicate user",
    "Accounts: the name and the id of a user are unique in an organisation; a duplicate keeps the first password",
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
            return { caller: yield* sound.user(yield* sound.organisation(organisation), username), revision: 1 }
          }).pipe(Effect.catchTag(["OrganisationNotFound", "UserNotFound"], () => new InvalidCredentials()))
      }
    }
  ),
  accounts(
    "ignores a user of an unknown organisation without an error",
    "Accounts: adding a user to an unknown organisation fails",
    (sound) => ({
      addUser: (caller, username, password) =>
        Effect.catchTag(sound.addUser(caller, username, password), "OrganisationNotFound", () => Effect.void)
    })
  ),
  accounts(
    "finds a user in any organisation",
    "Accounts: an organisation is found by name, and a user by name within the organisation",
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
    "ignores an organisation with an existing name without an error",
    "Accounts: the name and the id of an organisation are unique",
    (sound) => ({
      addOrganisation: (id, name) =>
        Effect.catchTag(sound.addOrganisation(id, name), "OrganisationExists", () => Effect.void)
    })
  ),
  accounts(
    "requires usernames to be unique across organisations",
    "Accounts: users with the same name in two organisations have separate passwords",
    (sound) => {
      const used = new Map<string, Caller>()
      return {
        addUser: (caller, username, password) => {
          const { organisation } = used.get(username) ?? caller
          if (organisation !== caller.organisation) return new UserExists({ username })
          used.set(username, caller)
          return sound.addUser(caller, username, password)
        }
      }
    }
  ),
  accounts(
    "lists the first organisations and users for every page",
    "Accounts: organisations and users are listed by name, a page after a name, each organisation with its own users",
    (sound) => ({ users: (organisation, { limit }) => sound.users(organisation, { limit }) })
  ),
  accounts(
    "has no names of users who are disabled",
    "Accounts: usernames finds the names of users of the organisation, also of disabled ones, and ignores all other users",
    (sound) => ({
      usernames: (organisation, ids) =>
        Effect.map(
          sound.users(organisation, { limit: 100 }),
          (users) =>
            new Map(
              users
                .filter(({ id, disabled_at }) => ids.includes(id) && disabled_at === null)
                .map(({ id, username }) => [id, username])
            )
        )
    })
  ),
  accounts(
    "keeps the revision of a user whose password changes",
    "Accounts: a new password replaces the old one, and changes the revision",
    (sound) => ({
      authenticate: (credentials) =>
        Effect.map(sound.authenticate(credentials), ({ caller }) => ({ caller, revision: 1 }))
    })
  ),
  accounts(
    "fails differently for a disabled user with the right password",
    "Accounts: a disabled user fails to authenticate like one with a wrong password, until the user is enabled again",
    (sound) => {
      const disabled = new Set<string>()
      return {
        disable: (organisation, username) => {
          disabled.add(username)
          return sound.disable(organisation, username)
        },
        authenticate: (credentials) =>
          disabled.has(credentials.username) ? Effect.die("disabled") : sound.authenticate(credentials)
      }
    }
  ),
  accounts(
    "counts a session that a new password did not end",
    "Sessions: a new password and disabling end the sessions of the user, and of nobody else, in one change",
    (sound) => ({
      setPassword: (organisation, username, password) =>
        Effect.map(sound.setPassword(organisation, username, password), (done) => ({ ...done, ended: done.ended + 1 }))
    })
  ),
  attempts(
    "reads and writes the attempts without a transaction",
    "Attempts: of 32 concurrent attempts only the burst is allowed",
    (sound) => {
      const remaining = new Map<string, number>()
      return {
        take: Effect.fnUntraced(function* (limit) {
          const before = remaining.get(limit.key) ?? limit.burst
          yield* Effect.yieldNow
          if (before === 0) return yield* sound.take({ ...limit, burst: 0 })
          remaining.set(limit.key, before - 1)
        })
      }
    }
  ),
  attempts("refills beyond the burst", "Attempts: a limit never refills beyond its burst", () => {
    const used = new Map<string, number>()
    return {
      take: Effect.fnUntraced(function* ({ key, burst }) {
        const count = used.get(key) ?? 0
        if (count === burst) return yield* new TooManyAttempts({ retry_after: 1 })
        used.set(key, count + 1)
      }),
      giveBack: ({ key }) => Effect.sync(() => void used.set(key, (used.get(key) ?? 0) - 1))
    }
  }),
  attempts(
    "refills by the clock of the process",
    "Attempts: servers whose clocks differ count the same attempts",
    () => {
      const fullAt = new Map<string, number>()
      return {
        take: Effect.fnUntraced(function* (limit) {
          const { full, wait } = takeFromBucket(fullAt.get(limit.key), yield* Clock.currentTimeMillis, limit)
          if (wait > 0) return yield* new TooManyAttempts({ retry_after: Math.ceil(wait / 1000) })
          fullAt.set(limit.key, full)
        }),
        giveBack: ({ key, every }) =>
          Effect.sync(() => void fullAt.set(key, (fullAt.get(key) ?? 0) - Duration.toMillis(every)))
      }
    }
  ),
  attempts("rounds the wait down", burstClause, (sound) => ({
    take: (limit) =>
      Effect.mapError(
        sound.take(limit),
        (error) => new TooManyAttempts({ retry_after: error._tag === "TooManyAttempts" ? error.retry_after - 1 : 0 })
      )
  })),
  attempts("counts all keys together", "Attempts: attempts with one key do not count for another key", (sound) => ({
    take: (limit) => sound.take({ ...limit, key: "all" })
  })),
  attempts(
    "gives back the attempts of all keys",
    "Attempts: an attempt, and giving one back, leaves the attempts with other keys as they are",
    (sound) => {
      const taken: Array<Parameters<typeof sound.take>[0]> = []
      return {
        take: (limit) => Effect.tap(sound.take(limit), () => Effect.sync(() => taken.push(limit))),
        giveBack: () => Effect.forEach(taken.splice(0), sound.giveBack, { discard: true })
      }
    }
  ),
  attempts("ignores giveBack", "Attempts: an attempt that was given back can be used again", () => ({
    giveBack: () => Effect.void
  })),
  sessions(
    "opens a session for a log-in that began before the password changed",
    "Sessions: a log-in opens no session if the password has changed or the user was disabled since it was authenticated",
    (sound) => ({ openAuthenticated: (token, { caller }, lifetime) => sound.open(token, caller, lifetime) })
  ),
  sessions("keeps a released token open", "Sessions: a released token is invalid at once", (sound) => ({
    release: (token) => Effect.asVoid(sound.authenticate(token))
  })),
  sessions("expires late", "Sessions: a session is open for its lifetime", (sound) => ({
    open: (token, caller, lifetime) => sound.open(token, caller, Duration.sum(lifetime, Duration.millis(200)))
  })),
  sessions("expires at once", "Sessions: a session is open for its lifetime", (sound) => ({
    open: (token, caller) => sound.open(token, caller, Duration.zero)
  })),
  sessions(
    "expires by the clock of the process",
    "Sessions: servers whose clocks differ agree on which sessions are open",
    (sound) => {
      const expiry = new Map<string, DateTime.Utc>()
      return {
        open: Effect.fnUntraced(function* (token, caller, lifetime) {
          expiry.set(Redacted.value(token), DateTime.addDuration(yield* DateTime.now, lifetime))
          yield* sound.open(token, caller, Duration.days(1))
        }),
        authenticate: Effect.fnUntraced(function* (token) {
          const expires_at = expiry.get(Redacted.value(token))
          const isOpen = expires_at !== undefined && DateTime.isLessThan(yield* DateTime.now, expires_at)
          return yield* isOpen ? sound.authenticate(token) : new InvalidToken()
        })
      }
    }
  ),
  sessions(
    "accepts a token once",
    "Sessions: the token of an open session authenticates its caller more than once",
    (sound) => ({ authenticate: (token) => Effect.tap(sound.authenticate(token), () => sound.release(token)) })
  ),
  sessions(
    "releases all sessions of a caller instead of one",
    "Sessions: releasing one session leaves the other sessions of the caller open",
    (sound) => ({
      release: (token) => Effect.asVoid(Effect.flatMap(sound.authenticate(token), sound.releaseAll))
    })
  ),
  sessions(
    "counts expired sessions as open",
    "Sessions: releasing all sessions of a user ends and counts the open sessions of that user only",
    (sound) => ({ releaseAll: (caller) => Effect.map(sound.releaseAll(caller), (count) => count + 1) })
  ),
  sessions(
    "releases all sessions of the organisation",
    "Sessions: releasing all sessions of a user ends and counts the open sessions of that user only",
    (sound) => {
      const callers: Array<Caller> = []
      return {
        open: (token, caller, lifetime) => {
          callers.push(caller)
          return sound.open(token, caller, lifetime)
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
  sessions("releases an unknown token without an error", "Sessions: an unknown token is invalid", (sound) => ({
    release: (token) => Effect.catchTag(sound.release(token), "InvalidToken", () => Effect.void)
  })),
  sessions("keeps the first session of a token", "Sessions: opening a session again replaces it", (sound) => ({
    open: (token, caller, lifetime) =>
      Effect.catchTag(Effect.asVoid(sound.authenticate(token)), "InvalidToken", () =>
        sound.open(token, caller, lifetime)
      )
  }))
]
