import {
  type Communication,
  type CommunicationIdentifier,
  Communications,
  Completed,
  completion,
  Draft,
  Readiness,
  Sessions,
  StorageUnavailable
} from "@communications/core"
import { aDraft, anAct, freshCaller, freshId, freshToken, noon, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { type TcpProxy, tcpProxy } from "@communications/test-support/TcpProxy"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, inject, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Predicate, Redacted, Result, Schedule, type Scope } from "effect"

const maxConnections = 4

const act = anAct()
/** Another draft with the same contact information. */
const anotherWith = ({ contact_information }: Draft, number = freshId()) => {
  const { _tag, ...members } = aDraft(number)
  return Draft.make({ ...members, contact_information })
}
const completed = ({ _tag, ...members }: Draft) =>
  Completed.make({ ...members, version: members.version + 1, completed_at: noon, completed_by: act.by })
const notDraft = (draft: Draft) => completion.refuse(completed(draft), act.request_id)
const byId = ({ id }: Communication): CommunicationIdentifier => ({ _tag: "Id", id })

const allAtOnce = <A, E, R>(effects: ReadonlyArray<Effect.Effect<A, E, R>>) =>
  Effect.all(effects, { concurrency: "unbounded", discard: true })

const suite = (groupCommit: "all" | "organisation" | "off") => {
  /** The ports and their client, on a separate pool. */
  const open = (url: string) =>
    Layer.build(
      Postgres.layer.pipe(
        Layer.provide(Layer.succeed(Postgres.GroupCommit, groupCommit)),
        Layer.provideMerge(PgClient.layer({ url: Redacted.make(url), maxConnections }))
      )
    )

  /**
   * A draft in a new database. The ports reach it through a proxy, on a pool whose connections are all established;
   * `direct`, `sql` and `stored` bypass the proxy.
   */
  const given = Effect.gen(function* () {
    const url = yield* freshDatabase
    const proxy = yield* tcpProxy(url)
    const [directly, proxied] = [yield* open(url), yield* open(proxy.url)]
    yield* Effect.provide(Postgres.migrate, directly)
    const [token, caller, draft] = [freshToken(), freshCaller(), aDraft()]
    const direct = Context.get(directly, Communications)
    yield* Effect.provide(store(caller.organisation, draft), directly)
    yield* Context.get(directly, Sessions).open(token, caller, Duration.days(1))
    const communications = Context.get(proxied, Communications)
    const proxiedSql = Context.get(proxied, PgClient.PgClient)
    yield* Effect.scoped(allAtOnce(Array.from({ length: maxConnections }, () => proxiedSql.reserve)))
    const operations: ReadonlyArray<Effect.Effect<void, unknown>> = [
      Effect.suspend(() => {
        const another = anotherWith(draft)
        return Effect.andThen(
          direct.add(caller.organisation, another, act),
          Effect.asVoid(communications.take(caller.organisation, byId(another), completion, act))
        )
      }),
      Effect.suspend(() => communications.add(caller.organisation, anotherWith(draft), act)),
      Effect.asVoid(Context.get(proxied, Sessions).authenticate(token))
    ]
    return {
      ...{ proxy, caller, draft, direct, communications, proxiedSql, operations },
      readiness: Context.get(proxied, Readiness).check,
      sql: Context.get(directly, PgClient.PgClient),
      stored: (communication: Communication = draft) => direct.find(caller.organisation, byId(communication))
    }
  })
  type Given = Effect.Success<typeof given>

  /** Fails a test that hangs. The limit is longer than any operation takes, even on a slow machine. */
  const bounded = Effect.timeout("20 seconds")

  /** Waits until a query finds this many rows. */
  const untilFound = <E, R>(count: number, query: Effect.Effect<ReadonlyArray<unknown>, E, R>) =>
    bounded(Effect.repeat(query, { until: ({ length }) => length === count, schedule: Schedule.spaced("20 millis") }))

  /** Retries an operation until the storage is available. */
  const untilAvailable = <A, E, R>(operation: Effect.Effect<A, E, R>) =>
    bounded(
      Effect.retry(operation, {
        while: Predicate.isTagged("StorageUnavailable"),
        schedule: Schedule.spaced("50 millis")
      })
    )

  /** Ends connections, and waits until they are closed and their clients know it. */
  const untilClosed = ({ sockets }: TcpProxy, end: Effect.Effect<unknown, unknown>) =>
    end.pipe(Effect.andThen(untilFound(0, Effect.sync(sockets))), Effect.andThen(Effect.sleep("50 millis")))

  /**
   * Fails the test unless the operation fails with `StorageUnavailable` for this reason. The reason of readiness is not
   * checked: its own timeout is so short that on a slow machine it may pass before a connection is refused.
   */
  const expectUnavailable = Effect.fnUntraced(function* <A, E, R>(
    reason: StorageUnavailable["reason"],
    operation: Effect.Effect<A, E, R>
  ) {
    const timeout = reason === "timeout" ? "300 millis" : "1 minute"
    const error = yield* Effect.flip(bounded(Effect.provideService(operation, Postgres.StorageTimeout, timeout)))
    assert.instanceOf(error, StorageUnavailable)
    if (error.operation !== "Readiness.check") assert.strictEqual(error.reason, reason)
  })

  /** Completes the draft through the proxy; `beforeSending` runs once, before the statement is sent. */
  const completeDraft = ({ communications, caller, draft }: Given, beforeSending = () => {}) => {
    let before = beforeSending
    return communications.take(
      caller.organisation,
      byId(draft),
      {
        ...completion,
        sets: (act) => {
          before()
          before = () => {}
          return completion.sets(act)
        }
      },
      act
    )
  }

  /** Fails the test unless the draft can be completed, or is completed already. */
  const expectCompletable = Effect.fnUntraced(function* (given: Given) {
    const { draft, stored } = given
    const result = yield* Effect.result(untilAvailable(completeDraft(given)))
    assert.deepInclude([Result.succeed(completed(draft)), Result.fail(notDraft(draft))], result)
    assert.deepStrictEqual(yield* stored(), completed(draft))
  })

  /** Each makes the storage unavailable until the scope is closed and the proxy is healed. */
  const failures: ReadonlyArray<{
    readonly condition: string
    readonly reason: StorageUnavailable["reason"]
    readonly fail: (given: Given) => Effect.Effect<unknown, unknown, Scope.Scope>
  }> = [
    {
      condition: "connections are cut and new ones are refused",
      reason: "unreachable",
      fail: ({ proxy }) => Effect.sync(() => [proxy.refuse(), proxy.cut()])
    },
    {
      condition: "connections are cut and new ones are never established",
      reason: "timeout",
      fail: ({ proxy }) => Effect.map(untilClosed(proxy, Effect.sync(proxy.cut)), () => void proxy.swallow("toServer"))
    },
    {
      condition: "nothing reaches the server",
      reason: "timeout",
      fail: ({ proxy }) => Effect.sync(() => void proxy.swallow("toServer"))
    },
    {
      condition: "no response of the server arrives",
      reason: "timeout",
      fail: ({ proxy }) => Effect.sync(() => void proxy.swallow("toClient"))
    },
    {
      condition: "every connection of the pool is in use",
      reason: "timeout",
      fail: ({ proxiedSql }) => allAtOnce(Array.from({ length: maxConnections }, () => proxiedSql.reserve))
    }
  ]

  describe("an operation", () => {
    for (const { condition, reason, fail } of failures) {
      it.live(`fails in time if ${condition}, and works again afterwards`, () =>
        Effect.gen(function* () {
          const here = yield* given
          const { proxy, draft, stored } = here
          const operations = [...here.operations, here.readiness]
          const unavailable = allAtOnce(operations.map((operation) => expectUnavailable(reason, operation)))
          yield* Effect.scoped(Effect.andThen(fail(here), unavailable))
          proxy.heal()
          yield* allAtOnce(operations.map((operation) => untilAvailable(operation)))
          assert.deepStrictEqual(yield* stored(), draft)
        })
      )
    }

    it.live("fails if the server or the database does not exist", () =>
      Effect.gen(function* () {
        for (const url of ["postgres://postgres@127.0.0.1:1", new URL("/none", inject("postgresUrl")).href]) {
          yield* expectUnavailable("unreachable", Context.get(yield* open(url), Sessions).authenticate(freshToken()))
        }
      })
    )

    it.live("fails in time even if the driver is still waiting for a silent server", () =>
      Effect.gen(function* () {
        const { proxy, proxiedSql, operations, readiness } = yield* given
        void proxy.swallow("toClient")
        const driver = yield* Effect.forkChild(Effect.timeoutOption(proxiedSql`SELECT 1`, "300 millis"), {
          startImmediately: true
        })
        yield* allAtOnce([...operations, readiness].map((operation) => expectUnavailable("timeout", operation)))
        assert.isUndefined(driver.pollUnsafe())
        proxy.heal()
      })
    )
  })

  describe("a lost connection", () => {
    for (const [how, lose] of [
      ["cut", ({ proxy }: Given) => Effect.sync(proxy.cut)],
      [
        "ended by the server",
        ({ sql }: Given) => sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`
      ]
    ] as const) {
      it.live(`is replaced without an error if it was idle and ${how}`, () =>
        Effect.gen(function* () {
          const here = yield* given
          const { proxy, operations } = here
          yield* untilClosed(proxy, lose(here))
          yield* bounded(Effect.provideService(allAtOnce(operations), Postgres.StorageTimeout, "1 minute"))
        })
      )
    }

    for (const [title, direction, expected] of [
      ["changes nothing if it is lost before an update arrives", "toServer", (draft: Draft) => draft],
      ["changes the whole row if it is lost before the response to an update arrives", "toClient", completed]
    ] as const) {
      it.live(title, () =>
        Effect.gen(function* () {
          const here = yield* given
          const { proxy, draft, stored } = here
          const cutAtFirstBytes = () => void proxy.swallow(direction).then(proxy.cut)
          yield* expectUnavailable("unreachable", completeDraft(here, cutAtFirstBytes))
          assert.deepStrictEqual(yield* stored(), expected(draft))
          proxy.heal()
          yield* expectCompletable(here)
        })
      )
    }
  })

  describe("sessions that accept only reads", () => {
    for (const [by, use] of [
      ["a change", (given: Given) => Effect.asVoid(completeDraft(given))],
      ["the check of readiness", ({ readiness }: Given) => readiness]
    ] as const) {
      it.live(`are ended by ${by}, so that others take their place`, () =>
        Effect.gen(function* () {
          const here = yield* given
          const becomeReadOnly = Effect.flatMap(here.proxiedSql.reserve, (session) =>
            session.executeUnprepared("SET default_transaction_read_only = on", [], undefined)
          )
          yield* Effect.scoped(allAtOnce(Array.from({ length: maxConnections }, () => becomeReadOnly)))
          yield* expectUnavailable("read-only", use(here))
          yield* untilAvailable(use(here))
          yield* expectCompletable(here)
        })
      )
    }
  })

  describe("an update that waits for a lock", () => {
    const whileLocked = <A, E, R>({ sql, draft }: Given, body: Effect.Effect<A, E, R>) =>
      sql.withTransaction(
        Effect.andThen(sql`SELECT 1 FROM communications WHERE id = ${draft.id}::uuid FOR UPDATE`, body)
      )
    const waiting = ({ sql }: Given) =>
      sql`SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`

    it.live("is cancelled after the timeout, and changes nothing", () =>
      Effect.gen(function* () {
        const here = yield* given
        const timeout = expectUnavailable("timeout", completeDraft(here))
        yield* whileLocked(here, Effect.andThen(timeout, untilFound(0, waiting(here))))
        assert.deepStrictEqual(yield* here.stored(), here.draft)
        yield* expectCompletable(here)
      })
    )

    it.live("fails as unavailable if the server ends its session, and changes nothing", () =>
      Effect.gen(function* () {
        const here = yield* given
        const lost = expectUnavailable("unreachable", completeDraft(here))
        const end = here.sql`SELECT pg_terminate_backend(pid) FROM (${waiting(here)}) AS waiting`
        yield* whileLocked(here, Effect.all([lost, untilFound(1, end)], { concurrency: 2 }))
        assert.deepStrictEqual(yield* here.stored(), here.draft)
        yield* expectCompletable(here)
      })
    )
  })

  describe("an update that times out in the network", () => {
    for (const direction of ["toServer", "toClient"] as const) {
      it.live(`is stored entirely or not at all (bytes lost: ${direction})`, () =>
        Effect.gen(function* () {
          const here = yield* given
          const { proxy, draft, stored } = here
          const swallow = () => void proxy.swallow(direction)
          yield* expectUnavailable("timeout", completeDraft(here, swallow))
          const found = yield* stored()
          assert.deepStrictEqual(found, found._tag === "Draft" ? draft : completed(draft))
          proxy.heal()
          yield* expectCompletable(here)
        })
      )
    }
  })
}

describe("without group commit", () => suite("off"))
describe("with group commit", () => suite("all"))
