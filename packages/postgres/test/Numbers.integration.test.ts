import { CommunicationId, Communications, Draft } from "@communications/core"
import { aDraft, anAct, freshId, freshOrganisation, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, it, vi } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
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

it.live("ten callers in two processes create 1,000 drafts with distinct numbers, without a gap", () =>
  Effect.gen(function* () {
    const { one, other } = yield* processes
    const [organisation, draft] = [freshOrganisation(), aDraft("CM000680")]
    yield* Effect.provide(store(organisation, draft), one)
    const { _tag, ...members } = draft
    const creating = Effect.gen(function* () {
      const communications = yield* Communications
      return yield* Effect.forEach(Array.from({ length: 100 }), () =>
        communications.create(
          organisation,
          (number) => Draft.make({ ...members, id: CommunicationId.make(freshId()), number }),
          anAct()
        )
      )
    })
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
