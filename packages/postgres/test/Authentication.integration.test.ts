import { createHook } from "node:async_hooks"
import { scryptSync } from "node:crypto"
import {
  Accounts,
  Attempts,
  changePassword,
  disableUser,
  InvalidCredentials,
  InvalidToken,
  logIn,
  Name,
  releaseToken,
  Sessions
} from "@communications/core"
import { differentClocks, freshCaller, freshId, freshToken } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, layer, vi } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"

vi.setConfig({ testTimeout: 300_000 })

/** Passwords have their default cost, so timeouts are long enough for a slow machine. */
const Ports = Postgres.layer.pipe(
  Layer.provide(Layer.succeed(Postgres.GroupCommit, "all")),
  Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
  Layer.provideMerge(
    PgClient.layerFrom(Effect.flatMap(freshDatabase, (url) => PgClient.make({ url: Redacted.make(url) })))
  )
)
const withLongTimeout = Effect.provideService(Postgres.StorageTimeout, "5 minutes")

/** A user of an organisation and its credentials. */
const given = Effect.gen(function* () {
  const accounts = yield* Accounts
  const [caller, organisation, username] = [freshCaller(), Name.make(freshId()), Name.make(freshId())]
  const password = Redacted.make(`pässword ${freshId()}`)
  yield* accounts.addOrganisation(caller.organisation, organisation)
  yield* withLongTimeout(accounts.addUser(caller, username, password))
  /** Changes that end the sessions of the user; each returns how many. */
  const changes = [
    Effect.map(disableUser(caller.organisation, username), ({ ended }) => ended),
    changePassword(caller.organisation, username, password)
  ]
  return { accounts, caller, credentials: { organisation, username, password }, changes }
})

/** Runs one effect in a transaction, which is committed when another one waits for it; returns the result of that one. */
const waitingFor = Effect.fnUntraced(function* <A, E1, R1, E2, R2>(
  first: Effect.Effect<unknown, E1, R1>,
  second: Effect.Effect<A, E2, R2>
) {
  const sql = yield* SqlClient.SqlClient
  const gate = yield* Deferred.make()
  const waiting = yield* Effect.forkChild(Effect.andThen(Deferred.await(gate), withLongTimeout(second)))
  const blocked = sql`SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`
  yield* sql.withTransaction(
    Effect.gen(function* () {
      yield* withLongTimeout(first)
      yield* Deferred.succeed(gate, undefined)
      yield* Effect.repeat(Effect.delay(blocked, "5 millis"), { until: ({ length }) => length > 0 })
    })
  )
  return yield* Fiber.join(waiting)
})

const assertInvalid = (error: unknown) => Effect.sync(() => assert.deepStrictEqual(error, new InvalidCredentials()))

const median = (numbers: ReadonlyArray<number>): number =>
  [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? Number.NaN

const millisOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(Effect.exit(effect)), ([duration]) => Duration.toMillis(duration))

/** The longest time, in milliseconds, for which the event loop ran no timer. */
const longestGap = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    let [longest, last] = [0, performance.now()]
    const timer = setInterval(() => {
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
    })
    yield* Effect.ensuring(
      effect,
      Effect.sync(() => clearInterval(timer))
    )
    return Math.max(longest, performance.now() - last)
  })

layer(Ports, { excludeTestServices: true, timeout: "5 minutes" })("authentication", (it) => {
  it.effect("two users with the same password have different salts and hashes", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { accounts, caller, credentials } = yield* given
      const other = { ...caller, user: freshCaller().user }
      yield* withLongTimeout(accounts.addUser(other, Name.make(freshId()), credentials.password))
      const hashes = yield* sql<{ readonly salt: string; readonly key: string }>`
        SELECT split_part(password_hash, '$', 4) AS salt, split_part(password_hash, '$', 5) AS key FROM users
        WHERE organisation = ${caller.organisation}::uuid`
      assert.lengthOf(new Set(hashes.flatMap(({ salt, key }) => [salt, key])), 4)
    })
  )

  it.effect("a stored hash is that of RFC 7914 at the cost that it was made with", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { accounts, caller, credentials } = yield* given
      // The second test vector of chapter 12: the password "password", the salt "NaCl", N = 1,024, r = 8, p = 16.
      const key = Buffer.from(
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
        "hex"
      )
      for (const [cost, hash] of [
        ["ln=10,r=8,p=16", key],
        ["ln=4,r=16,p=1", scryptSync("password", "NaCl", 32, { N: 16, r: 16, p: 1 })]
      ] as const) {
        const stored = `$scrypt$${cost}$${Buffer.from("NaCl").toString("base64")}$${hash.toString("base64")}`
        yield* sql`UPDATE users SET password_hash = ${stored} WHERE organisation = ${caller.organisation}::uuid`
        const found = yield* withLongTimeout(
          accounts.authenticate({ ...credentials, password: Redacted.make("password") })
        )
        assert.deepStrictEqual(found.caller, caller)
      }
    })
  )

  it.effect("a refusal takes the same time, whichever credential is wrong", () =>
    Effect.gen(function* () {
      const { accounts, caller, credentials } = yield* given
      const disabled = Name.make(freshId())
      yield* withLongTimeout(accounts.addUser({ ...caller, user: freshCaller().user }, disabled, credentials.password))
      yield* accounts.disable(caller.organisation, disabled)
      const wrongCredentials = {
        "disabled user": { ...credentials, username: disabled },
        password: { ...credentials, password: Redacted.make("wrong") },
        username: { ...credentials, username: freshId() },
        organisation: { ...credentials, organisation: freshId() },
        "empty username": { ...credentials, username: "" }
      }
      const times = Object.values(wrongCredentials).map((): Array<number> => [])
      for (let round = 0; round < 3; round++) {
        for (const [index, wrong] of Object.values(wrongCredentials).entries()) {
          const refusing = Effect.flip(accounts.authenticate(wrong))
          times[index]?.push(yield* millisOf(Effect.tap(withLongTimeout(refusing), assertInvalid)))
        }
      }
      const medians = times.map(median)
      assert.isBelow(Math.max(...medians) / Math.min(...medians), 3, JSON.stringify(medians))
    })
  )

  it.effect("a log-in opens no session while a transaction disables the user or changes the password", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { accounts, caller, credentials, changes } = yield* given
      for (const change of changes) {
        yield* accounts.enable(caller.organisation, credentials.username)
        const authenticated = yield* withLongTimeout(accounts.authenticate(credentials))
        const opening = sessions.openAuthenticated(freshToken(), authenticated, Duration.days(1))
        assert.deepStrictEqual(yield* waitingFor(change, Effect.flip(opening)), new InvalidCredentials())
        assert.strictEqual(yield* sessions.releaseAll(caller), 0)
      }
    })
  )

  it.effect("disabling a user and changing the password end a session that is opened while they wait for it", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const { accounts, caller, credentials, changes } = yield* given
      for (const change of changes) {
        yield* accounts.enable(caller.organisation, credentials.username)
        const authenticated = yield* withLongTimeout(accounts.authenticate(credentials))
        const token = freshToken()
        const opening = sessions.openAuthenticated(token, authenticated, Duration.days(1))
        assert.strictEqual(yield* waitingFor(opening, change), 1)
        assert.deepStrictEqual(yield* Effect.flip(sessions.authenticate(token)), new InvalidToken())
      }
    })
  )

  it.effect(
    "a session that a transaction has opened authenticates in the transaction, and is gone after its rollback",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const sessions = yield* Sessions
        const [token, caller] = [freshToken(), freshCaller()]
        const transaction = Effect.gen(function* () {
          yield* sessions.open(token, caller, Duration.days(1))
          assert.deepStrictEqual(yield* sessions.authenticate(token), caller)
          return yield* Effect.fail("rolled back")
        })
        assert.strictEqual(yield* Effect.flip(sql.withTransaction(transaction)), "rolled back")
        assert.instanceOf(yield* Effect.flip(sessions.authenticate(token)), InvalidToken)
      })
  )

  it.effect("servers whose clocks differ by minutes accept each other's sessions, and lock nobody out", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { caller, credentials } = yield* given
      const servers = yield* differentClocks
      const readTime = Effect.map(sql<{ readonly now: Date }>`SELECT clock_timestamp() AS now`, ([row]) =>
        Number(row?.now)
      )
      for (const [here, there] of servers.flatMap((here) => servers.map((there) => [here, there] as const))) {
        const before = yield* readTime
        const token = yield* here(withLongTimeout(logIn({ ...credentials, address: "192.0.2.7" })))
        const after = yield* readTime
        const [session] = yield* sql<{ readonly expires_at: Date }>`
          SELECT expires_at FROM sessions WHERE "user" = ${caller.user}::uuid`
        const lifetime = 2 * 60 * 60 * 1000
        assert.isAtLeast(Number(session?.expires_at), before + lifetime)
        assert.isAtMost(Number(session?.expires_at), after + lifetime)
        assert.deepStrictEqual(
          yield* there(Effect.flatMap(Sessions, (sessions) => sessions.authenticate(token))),
          caller
        )
        yield* there(releaseToken({ token }))
      }
    })
  )

  it.effect("hashing passwords does not block the event loop", () =>
    Effect.gen(function* () {
      const { accounts, credentials } = yield* given
      const hashing = withLongTimeout(accounts.authenticate(credentials))
      const single = median([yield* millisOf(hashing), yield* millisOf(hashing), yield* millisOf(hashing)])
      const four = Effect.all([hashing, hashing, hashing, hashing], { concurrency: "unbounded" })
      const gaps = [yield* longestGap(four), yield* longestGap(four), yield* longestGap(four)]
      assert.isBelow(Math.min(...gaps) / single, 0.7, JSON.stringify({ gaps, single }))
    })
  )

  it.effect("at most two passwords are hashed at once, even if callers are interrupted", () =>
    Effect.gen(function* () {
      const { accounts, credentials } = yield* given
      const running = new Set<number>()
      let most = 0
      const hook = createHook({
        init: (id, type) => {
          if (type === "SCRYPTREQUEST") most = Math.max(most, running.add(id).size)
        },
        before: (id) => void running.delete(id)
      })
      yield* Effect.acquireRelease(
        Effect.sync(() => hook.enable()),
        () => Effect.sync(() => hook.disable())
      )
      const hashing = withLongTimeout(accounts.authenticate(credentials))
      for (let round = 0; round < 3; round++) {
        const fibers = yield* Effect.forEach([1, 2, 3, 4], () => Effect.forkChild(hashing))
        yield* Effect.repeat(Effect.sleep("1 millis"), { until: () => running.size >= 2 })
        yield* Effect.forEach(fibers, (fiber) => Effect.forkChild(Fiber.interrupt(fiber)))
      }
      yield* hashing
      assert.strictEqual(most, 2)
    }).pipe(Effect.scoped)
  )

  it.effect("opening a session deletes ten expired sessions and no open one", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const sessions = yield* Sessions
      yield* sql`DELETE FROM sessions`
      yield* sql`
        INSERT INTO sessions SELECT sha256(i::text::bytea), gen_random_uuid(), gen_random_uuid(),
          now() + i * interval '1 hour' FROM generate_series(-25, 5) AS i WHERE i <> 0`
      const count = Effect.map(
        sql<{ readonly expired: number; readonly open: number }>`
          SELECT count(*) FILTER (WHERE expires_at < now())::integer AS expired,
            count(*) FILTER (WHERE expires_at > now())::integer AS open FROM sessions`,
        ([row]) => row
      )
      for (const [expired, open] of [
        [15, 6],
        [5, 7],
        [0, 8]
      ]) {
        yield* sessions.open(freshToken(), freshCaller(), Duration.days(1))
        assert.deepStrictEqual(yield* count, { expired, open })
      }
    })
  )

  it.effect("neither waits for an expired session or a full bucket that another transaction has locked", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const [sessions, attempts] = [yield* Sessions, yield* Attempts]
      yield* sql`INSERT INTO sessions VALUES (sha256('locked'), gen_random_uuid(), gen_random_uuid(), '-infinity')`
      yield* sql`INSERT INTO attempts VALUES (sha256('locked'), '-infinity')`
      const gate = yield* Deferred.make<void>()
      const opening = yield* Deferred.await(gate).pipe(
        Effect.andThen(attempts.take({ key: freshId(), burst: 1, every: Duration.hours(1) })),
        Effect.andThen(sessions.open(freshToken(), freshCaller(), Duration.days(1))),
        Effect.provideService(Postgres.StorageTimeout, "20 seconds"),
        Effect.forkChild
      )
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`SELECT FROM sessions, attempts FOR UPDATE`
          yield* Deferred.succeed(gate, undefined)
          yield* Fiber.join(opening)
        })
      )
    })
  )

  it.effect("an attempt deletes ten full buckets and no other", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const attempts = yield* Attempts
      yield* sql`DELETE FROM attempts`
      yield* sql`
        INSERT INTO attempts SELECT sha256(i::text::bytea), now() + i * interval '1 hour'
        FROM generate_series(-25, 5) AS i WHERE i <> 0`
      const count = Effect.map(
        sql<{ readonly full: number; readonly counting: number }>`
          SELECT count(*) FILTER (WHERE full_at < now())::integer AS full,
            count(*) FILTER (WHERE full_at > now())::integer AS counting FROM attempts`,
        ([row]) => row
      )
      for (const [full, counting] of [
        [15, 6],
        [5, 7],
        [0, 8]
      ]) {
        yield* attempts.take({ key: freshId(), burst: 1, every: Duration.hours(1) })
        assert.deepStrictEqual(yield* count, { full, counting })
      }
    })
  )
})
