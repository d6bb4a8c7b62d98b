import {
  CommunicationExists,
  type CommunicationIdentifier,
  Communications,
  Completed,
  completion,
  Draft,
  Events,
  Readiness,
  Sessions,
  SubscriptionInTransaction,
  subscribe
} from "@communications/core"
import { aDraft, anAct, freshCaller, freshId, freshOrganisation, freshToken, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber } from "effect"
import { SqlClient } from "effect/sql"
import { connected, effectHost, inTransaction, migrated, opened, type Ports, TheHost } from "./hostPorts.ts"
import { hosts, type Transaction } from "./hosts.ts"

const act = anAct()
const completed = ({ _tag, ...members }: Draft) =>
  Completed.make({ ...members, version: members.version + 1, completed_at: act.at, completed_by: act.by })
const byId = ({ id }: Draft): CommunicationIdentifier => ({ _tag: "Id", id })

/** A draft of a new organisation, and effects on it. */
const given = Effect.gen(function* () {
  const organisation = freshOrganisation()
  const draft = aDraft()
  const { _tag, ...members } = draft
  yield* store(organisation, draft)
  const communications = Communications
  return {
    organisation,
    draft,
    completeDraft: Effect.flatMap(communications, ({ take }) => take(organisation, byId(draft), completion, act)),
    viewDraft: Effect.flatMap(communications, ({ view }) => view(organisation, byId(draft), act.at)),
    create: Effect.flatMap(communications, ({ create }) =>
      create(organisation, (number) => Draft.make({ ...members, id: aDraft().id, number }), act)
    ),
    stored: Effect.flatMap(communications, ({ find }) => find(organisation, byId(draft))),
    /** The number of history entries for its completion. */
    completions: Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ readonly steps: string }>`
        SELECT count(*)::text AS steps FROM communication_history
        WHERE organisation = ${organisation}::uuid AND "to" = 'COMPLETED'`
    )
  }
})

/** Runs a statement of the host, with its library. */
const runByHost = ({ run }: Transaction, text: string) => Effect.promise(async () => run(text))

/** A row in the table of the host. */
const hostOrder = () => {
  const id = freshId()
  return {
    id,
    insert: (transaction: Transaction) => runByHost(transaction, `INSERT INTO host_orders (id) VALUES ('${id}')`),
    expectStored: (expected: boolean) =>
      Effect.gen(function* () {
        const { execute } = yield* TheHost
        const found = yield* Effect.promise(() => execute("SELECT id FROM host_orders WHERE id = $1", [id]))
        assert.deepStrictEqual(found, expected ? [{ id }] : [])
      })
  }
}

/** Runs a program between two statements of the host, in a transaction that must commit both or fail. */
const betweenHostStatements = Effect.fnUntraced(function* <A, E, R>(
  commits: boolean,
  program: (transaction: Transaction) => Effect.Effect<A, E, R | Ports>
) {
  const [before, after] = [hostOrder(), hostOrder()]
  const exit = yield* Effect.exit(
    inTransaction("COMMIT", (transaction) =>
      before.insert(transaction).pipe(Effect.andThen(program(transaction)), Effect.andThen(after.insert(transaction)))
    )
  )
  if (commits) yield* exit
  else assert.isTrue(Exit.isFailure(exit))
  yield* before.expectStored(commits)
  yield* after.expectStored(commits)
})

/** SQLSTATEs and the reasons of their errors. */
const reasons = [
  ["08006", "ConnectionError"],
  ["28000", "AuthenticationError"],
  ["40001", "SerializationError"],
  ["40P01", "DeadlockError"],
  ["42501", "AuthorizationError"],
  ["53300", "UnknownError"],
  ["55P03", "LockTimeoutError"],
  ["57014", "StatementTimeoutError"],
  ["P0001", "UnknownError"]
] as const

for (const host of hosts) {
  layer(migrated(host), { excludeTestServices: true, timeout: "1 minute" })(host.name, (it) => {
    it.effect("a rollback of the host undoes its rows and ours", () =>
      Effect.gen(function* () {
        const { draft, completeDraft, stored, completions } = yield* given
        const { insert, expectStored } = hostOrder()
        const added = yield* inTransaction("ROLLBACK", (transaction) =>
          Effect.gen(function* () {
            yield* insert(transaction)
            assert.deepStrictEqual(yield* completeDraft, completed(draft))
            assert.deepStrictEqual(yield* stored, completed(draft))
            assert.deepStrictEqual(yield* completions, [{ steps: "1" }])
            return yield* given
          })
        )
        yield* expectStored(false)
        assert.deepStrictEqual(yield* stored, draft)
        assert.deepStrictEqual(yield* completions, [{ steps: "0" }])
        assert.strictEqual((yield* Effect.flip(added.completeDraft))._tag, "CommunicationNotFound")
      })
    )

    it.effect("refuses a subscription in a transaction, and after it the transaction is still usable", () =>
      Effect.gen(function* () {
        const subscription = freshId()
        const handler = () => Effect.void
        yield* betweenHostStatements(true, () =>
          Effect.gen(function* () {
            const exit = yield* Effect.exit(subscribe({ subscription, handler, onError: handler }))
            assert.deepStrictEqual(exit, Exit.die(new SubscriptionInTransaction({ subscription })))
          })
        )
        yield* (yield* Events).open(subscription, "beginning")
      })
    )

    it.effect("a commit of the host stores its rows and ours", () =>
      Effect.gen(function* () {
        const { draft, completeDraft, stored, completions } = yield* given
        const { insert, expectStored } = hostOrder()
        yield* inTransaction("COMMIT", (transaction) => Effect.andThen(insert(transaction), completeDraft))
        yield* expectStored(true)
        assert.deepStrictEqual(yield* stored, completed(draft))
        assert.deepStrictEqual(yield* completions, [{ steps: "1" }])
      })
    )

    it.effect("after a refusal, the host's transaction is still usable", () =>
      Effect.gen(function* () {
        const { draft, completeDraft } = yield* given
        yield* completeDraft
        yield* betweenHostStatements(true, () =>
          Effect.gen(function* () {
            const refusal = yield* Effect.flip(completeDraft)
            assert.deepStrictEqual(refusal, completion.refuse(completed(draft), act.request_id))
          })
        )
      })
    )

    it.effect("after a conflict of numbers, the host's transaction is still usable", () =>
      Effect.gen(function* () {
        const { draft, organisation } = yield* given
        const second = aDraft(draft.number)
        const { id, number } = second
        yield* betweenHostStatements(true, () =>
          Effect.gen(function* () {
            const refusal = yield* Effect.flip(store(organisation, second))
            assert.deepStrictEqual(refusal, new CommunicationExists({ id, number }))
          })
        )
      })
    )

    it.effect(
      "a failed `withTransaction` rolls back only its own statements, and the host's transaction is still usable",
      () =>
        Effect.gen(function* () {
          const { draft, completeDraft, stored } = yield* given
          const [undone, kept] = [hostOrder(), hostOrder()]
          yield* betweenHostStatements(host.survivesFailure, (transaction) =>
            Effect.gen(function* () {
              const sql = yield* SqlClient.SqlClient
              const failing = Effect.andThen(undone.insert(transaction), sql`INSERT INTO host_orders VALUES (NULL)`)
              for (const attempt of [
                sql.withTransaction(failing),
                sql.withTransaction(Effect.ignore(failing)),
                sql.withTransaction(Effect.andThen(completeDraft, sql.withTransaction(failing)))
              ]) {
                assert.isTrue(Exit.isFailure(yield* Effect.exit(attempt)))
              }
              const caught = Effect.ignore(sql.withTransaction(failing))
              yield* sql.withTransaction(Effect.andThen(caught, kept.insert(transaction)))
            })
          )
          yield* undone.expectStored(false)
          yield* kept.expectStored(host.survivesFailure)
          assert.deepStrictEqual(yield* stored, draft)
        })
    )

    it.effect("concurrent statements run one at a time, and never in the savepoint of another fiber", () =>
      Effect.gen(function* () {
        const groups = Array.from({ length: 16 }, (_, index) => ({
          failing: index % 2 === 0,
          orders: [hostOrder(), hostOrder()]
        }))
        let [running, most] = [0, 0]
        const transaction = inTransaction("COMMIT", ({ execute }) => {
          const counted: Postgres.Execute = async (text, parameters) => {
            most = Math.max(most, ++running)
            return await execute(text, parameters).finally(() => running--)
          }
          return Effect.gen(function* () {
            const sql = yield* SqlClient.SqlClient
            const insert = ({ id }: { readonly id: string }) => sql`INSERT INTO host_orders VALUES (${id})`
            yield* Effect.forEach(
              groups,
              ({ failing, orders }) => {
                const inserts = Effect.forEach(orders, insert, { concurrency: "unbounded" })
                const failure = failing ? Effect.asVoid(sql`SELECT 1 / 0`) : Effect.void
                return Effect.exit(sql.withTransaction(Effect.andThen(inserts, failure)))
              },
              { concurrency: "unbounded" }
            )
          }).pipe(Effect.provide(Postgres.layerExecutor(counted)))
        })
        yield* Effect.exit(transaction)
        for (const { failing, orders } of groups) {
          for (const { expectStored } of orders) yield* expectStored(host.survivesFailure && !failing)
        }
        assert.strictEqual(most, 1)
      })
    )

    it.effect("an interrupted caller waits for its statement, and the host's transaction is still usable", () =>
      Effect.gen(function* () {
        const { draft, completeDraft, stored } = yield* given
        yield* betweenHostStatements(true, ({ execute }) => {
          const [running, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
          const slowly: Postgres.Execute = async (text, parameters) => {
            const rows = await execute(text, parameters)
            if (text.includes("UPDATE")) {
              running.resolve()
              await gate.promise
            }
            return rows
          }
          return Effect.gen(function* () {
            const completion = yield* Effect.forkChild(completeDraft)
            yield* Effect.promise(() => running.promise)
            const interruption = yield* Effect.forkChild(Fiber.interrupt(completion))
            for (let turn = 0; turn < 100; turn++) yield* Effect.yieldNow
            assert.isUndefined(interruption.pollUnsafe())
            gate.resolve()
            yield* Fiber.join(interruption)
            assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(completion)))
            assert.deepStrictEqual(yield* stored, completed(draft))
          }).pipe(Effect.provide(Postgres.layerHost(slowly)))
        })
        assert.deepStrictEqual(yield* stored, completed(draft))
      })
    )

    it.effect("every statement, including those of migrate, is one call of the handle in the host's transaction", () =>
      Effect.gen(function* () {
        const called = yield* inTransaction("ROLLBACK", ({ execute, calls }) => {
          let statements = 0
          const counted: Postgres.Execute = (text, parameters) => {
            statements++
            return execute(text, parameters)
          }
          return Effect.gen(function* () {
            yield* Postgres.migrate
            const { completeDraft } = yield* given
            yield* completeDraft
            const [token, sessions] = [freshToken(), yield* Sessions]
            yield* sessions.open(token, freshCaller(), Duration.days(1))
            yield* sessions.authenticate(token)
            yield* sessions.release(token)
            yield* (yield* Readiness).check
            assert.deepStrictEqual(calls, Array(statements).fill(host.method))
            return statements
          }).pipe(Effect.provide(Postgres.layerHost(counted)))
        })
        assert.isAbove(called, 10)
        const { execute } = yield* TheHost
        const tables = yield* Effect.promise(() =>
          execute("SELECT tablename::text FROM pg_tables WHERE schemaname IN ('communications', 'public')", [])
        )
        assert.deepStrictEqual(tables, [{ tablename: "host_orders" }])
      }).pipe(Effect.provide(opened(host), { local: true }))
    )

    it.effect("outside a transaction, `withTransaction` fails and stores nothing", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { id, expectStored } = hostOrder()
        const error = yield* Effect.flip(sql.withTransaction(sql`INSERT INTO host_orders VALUES (${id})`))
        assert.deepInclude(error.reason.cause, { code: "25P01" })
        yield* expectStored(false)
      })
    )

    it.effect("as many statements run at once as the handle has connections, and one in a transaction", () =>
      Effect.gen(function* () {
        const { execute } = yield* TheHost
        assert.strictEqual(execute.concurrency, host.concurrency)
        yield* inTransaction("ROLLBACK", (transaction) =>
          Effect.sync(() => assert.strictEqual(transaction.execute.concurrency, 1))
        )
      })
    )

    if (host.concurrency > 1) {
      it.effect("a locked row delays only the completion of its communication", () =>
        Effect.gen(function* () {
          const [locked, other] = [yield* given, yield* given]
          const onPool = Effect.provide(yield* Effect.context<Ports>())
          const waiting = yield* inTransaction("ROLLBACK", () =>
            Effect.gen(function* () {
              yield* locked.completeDraft
              const waiting = yield* Effect.forkDetach(onPool(locked.completeDraft), { startImmediately: true })
              for (let index = 0; index < 2 * host.concurrency; index++) {
                assert.deepStrictEqual(yield* onPool(other.stored), other.draft)
              }
              assert.deepStrictEqual(yield* onPool(other.completeDraft), completed(other.draft))
              assert.isUndefined(waiting.pollUnsafe())
              return waiting
            })
          )
          assert.deepStrictEqual(yield* Fiber.join(waiting), completed(locked.draft))
        })
      )

      it.effect("calls that wait for locked rows, more than there are connections, delay no other call", () =>
        Effect.gen(function* () {
          const [locked, other] = [yield* given, yield* given]
          const onPool = Effect.provide(yield* Effect.context<Ports>())
          const outcomeOf = <A, E extends { readonly _tag: string }>(call: Effect.Effect<A, E, Communications>) =>
            Effect.match(onPool(call), { onSuccess: () => "success", onFailure: ({ _tag }) => _tag })
          yield* other.create
          const waits = [outcomeOf(locked.completeDraft), outcomeOf(locked.viewDraft), outcomeOf(locked.create)]
          const waiting = yield* inTransaction("ROLLBACK", () =>
            Effect.gen(function* () {
              yield* locked.completeDraft
              yield* locked.create
              const calls = Array.from({ length: host.concurrency }, () => waits).flat()
              const waiting = yield* Effect.forEach(calls, (call) =>
                Effect.forkDetach(call, { startImmediately: true })
              )
              assert.deepStrictEqual(yield* onPool(other.completeDraft), completed(other.draft))
              yield* onPool(other.create)
              assert.deepStrictEqual(
                waiting.filter((fiber) => fiber.pollUnsafe() !== undefined),
                []
              )
              return waiting
            })
          )
          const outcomes = yield* Effect.forEach(waiting, Fiber.join)
          const refusals = outcomes.filter((outcome) => outcome !== "success")
          assert.deepStrictEqual(refusals, Array(host.concurrency - 1).fill("NotDraft"))
        })
      )

      it.effect("fails with StorageUnavailable if the pool cannot reach the server", () =>
        Effect.gen(function* () {
          const { execute } = yield* connected(host, "postgres://unknown@127.0.0.1:1/none")
          const error = yield* Effect.flip(Effect.provide(given, Postgres.layerHost(execute)))
          assert.deepInclude(error, { _tag: "StorageUnavailable", reason: "unreachable" })
        })
      )
    }

    it.effect("the SQLSTATE of an error determines its reason", () =>
      inTransaction("ROLLBACK", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const reasonOf = (statement: string) =>
            Effect.map(Effect.flip(sql.withTransaction(sql.unsafe(statement))), ({ reason }) => reason)
          const insert = "INSERT INTO host_orders VALUES ('twice'), ('twice')"
          assert.deepInclude(yield* reasonOf(insert), { _tag: "UniqueViolation", constraint: "host_orders_pkey" })
          assert.strictEqual((yield* reasonOf("INSERT INTO host_orders VALUES (NULL)"))._tag, "ConstraintError")
          assert.strictEqual((yield* reasonOf("SELEC 1"))._tag, "SqlSyntaxError")
          for (const [code, tag] of reasons) {
            const reason = yield* reasonOf(`DO $$ BEGIN RAISE SQLSTATE '${code}'; END $$`)
            assert.strictEqual(reason._tag, tag)
            assert.deepInclude(reason.cause, { code })
          }
        })
      )
    )
  })
}

layer(effectHost, { excludeTestServices: true, timeout: "1 minute" })(
  "Effect, with its own SqlClient, which renames columns",
  (it) => {
    it.effect("our rows commit or roll back with the host's `withTransaction`, which is usable after a refusal", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { draft, completeDraft, stored } = yield* given
        const completeTwice = Effect.andThen(completeDraft, Effect.flip(completeDraft))
        const rolledBack = yield* Effect.flip(sql.withTransaction(Effect.flip(completeTwice)))
        assert.strictEqual(rolledBack._tag, "NotDraft")
        assert.deepStrictEqual(yield* stored, draft)
        yield* sql.withTransaction(completeTwice)
        assert.deepStrictEqual(yield* stored, completed(draft))
      })
    )
  }
)
