import { CommunicationId, Communications, Draft, type OrganisationId } from "@communications/core"
import { aDraft, anAct, freshId, freshOrganisation, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, it, vi } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"

vi.setConfig({ testTimeout: 120_000 })

/** Two sets of ports with separate pools. To the database they are two processes. */
const processes = Effect.gen(function* () {
  const url = yield* freshDatabase
  const open = Layer.build(
    Layer.fresh(Postgres.layer.pipe(Layer.provideMerge(PgClient.layer({ url: Redacted.make(url), maxConnections: 5 }))))
  )
  const [one, other] = [yield* open, yield* open]
  yield* Effect.provide(Postgres.migrate, one)
  return { one, other }
})

/** Creates a communication like the draft, with another id and the next number. */
const createLike = (organisation: OrganisationId, { _tag, ...members }: Draft) =>
  Effect.flatMap(Communications, ({ create }) =>
    create(organisation, (number) => Draft.make({ ...members, id: CommunicationId.make(freshId()), number }), anAct())
  )

it.live("creations that wait for the last number of their organisation lock no other one", () =>
  Effect.gen(function* () {
    const { one, other } = yield* processes
    const [draft, locked, free] = [aDraft(), freshOrganisation(), freshOrganisation()]
    for (const organisation of [locked, free]) {
      yield* Effect.provide(Effect.andThen(store(organisation, draft), createLike(organisation, draft)), one)
    }
    const sql = Context.get(other, SqlClient.SqlClient)
    const others = sql<{ readonly last: string; readonly xmax: string }>`
      SELECT last::text, xmax::text FROM communication_numbers WHERE organisation = ${free}::uuid`
    const before = yield* others
    const creating = yield* sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`SELECT FROM communication_numbers WHERE organisation = ${locked}::uuid FOR UPDATE`
        // More than may wait: the last ones skip locked rows.
        const fibers = yield* Effect.forEach(Array.from({ length: 10 }), () =>
          Effect.forkChild(Effect.provide(createLike(locked, draft), one))
        )
        yield* Effect.sleep("200 millis")
        assert.deepStrictEqual(yield* others, before)
        return fibers
      })
    )
    for (const fiber of creating) yield* Fiber.join(fiber)
    assert.deepStrictEqual(yield* others, before)
  })
)

it.live("ten callers in two processes create 1,000 drafts with distinct numbers, without a gap", () =>
  Effect.gen(function* () {
    const { one, other } = yield* processes
    const [organisation, draft] = [freshOrganisation(), aDraft("CM000680")]
    yield* Effect.provide(store(organisation, draft), one)
    const creating = Effect.forEach(Array.from({ length: 100 }), () => createLike(organisation, draft))
    const created = yield* Effect.forEach(
      Array.from({ length: 10 }),
      (_, index) => Effect.provide(creating, index % 2 === 0 ? one : other),
      { concurrency: "unbounded" }
    )
    const numbers = created.flat().map(({ number }) => Number(number))
    assert.deepStrictEqual(
      numbers.sort((left, right) => left - right),
      Array.from({ length: 1000 }, (_, index) => index + 1)
    )
    const stored = yield* Effect.provide(
      Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql`
              SELECT count(DISTINCT number)::integer AS numbers, count(DISTINCT id)::integer AS ids FROM communications`
      ),
      one
    )
    assert.deepStrictEqual(stored, [{ numbers: 1001, ids: 1001 }])
  }).pipe(Effect.provideService(Postgres.StorageTimeout, "1 minute"))
)
