import { Communications, completion } from "@communications/core"
import { aDraft, anAct, freshId, freshOrganisation, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import pg from "pg"
import { makeRunSteps } from "../src/communications/StepStatements.ts"
import * as Shares from "../src/statements/Shares.ts"

const act = anAct()

/** The ports on a pool, and a function that records the texts of statements before they run on this pool. */
const given = Effect.gen(function* () {
  const url = yield* freshDatabase
  yield* Effect.provide(Postgres.migrate, PgClient.layer({ url: Redacted.make(url) }))
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  yield* Effect.addFinalizer(() => Effect.promise(() => pool.end()))
  const execute = Postgres.fromPg(pool)
  const ports = yield* Layer.build(Postgres.layerHost(execute, { concurrency: 4 }))
  const texts: Array<string> = []
  const recorded: Postgres.Execute = (text, parameters) => {
    texts.push(text)
    return execute(text, parameters)
  }
  return { ports, execute, recorded, texts, organisation: freshOrganisation() }
})

it.live("the communications that requests do not change are read in one statement per organisation", () =>
  Effect.gen(function* () {
    const { ports, recorded, texts, organisation } = yield* given
    const [draft, another] = [aDraft(), freshOrganisation()]
    for (const one of [organisation, another]) {
      yield* Effect.provide(store(one, draft), ports)
      yield* Context.get(ports, Communications).take(one, { _tag: "Id", id: draft.id }, completion, act)
    }
    const runSteps = yield* Effect.provide(
      makeRunSteps,
      Layer.provideMerge(Shares.layer, Postgres.layerExecutor(recorded, { concurrency: 4 }))
    )
    const requests = [organisation, organisation, another, another].map((one) => ({
      ...{ organisation: one, identifier: { _tag: "Id", id: draft.id } as const },
      ...{ step: completion, act, expectedVersion: null }
    }))
    const results = yield* runSteps(requests, "skip")
    assert.isTrue(results.every(({ changed, row }) => !changed && row?.life_cycle_state === "COMPLETED"))
    assert.lengthOf(texts, 3)
  }).pipe(Effect.scoped)
)

for (const groupCommit of ["off", "all"] as const) {
  it.live(`a draft that is stored while it is looked for is completed (group commit: ${groupCommit})`, () =>
    Effect.gen(function* () {
      const { ports, execute, organisation } = yield* given
      const draft = aDraft()
      const storeDraft = Effect.provide(store(organisation, draft), ports)
      let isStored = false
      const late: Postgres.Execute = async (text, parameters) => {
        const rows = await execute(text, parameters)
        if (!isStored && text.includes("UPDATE")) {
          isStored = true
          await Effect.runPromise(storeDraft)
        }
        return rows
      }
      const there = yield* Layer.build(
        Layer.fresh(Postgres.layerHost(late, { concurrency: 4 })).pipe(
          Layer.provide(Layer.succeed(Postgres.GroupCommit, groupCommit))
        )
      )
      const taken = Context.get(there, Communications).take(
        ...([organisation, { _tag: "Id", id: draft.id }, completion, act] as const)
      )
      assert.strictEqual((yield* taken).completed_by, act.by)
      assert.isTrue(isStored)
    }).pipe(Effect.scoped)
  )
}

it.live("without group commit, each completion is a statement of its own", () =>
  Effect.gen(function* () {
    const { ports, recorded, texts, organisation } = yield* given
    const drafts = Array.from({ length: 4 }, () => aDraft(freshId()))
    yield* Effect.forEach(drafts, (draft) => Effect.provide(store(organisation, draft), ports))
    const alone = yield* Layer.build(
      Layer.fresh(Postgres.layerHost(recorded, { concurrency: 4 })).pipe(
        Layer.provide(Layer.succeed(Postgres.GroupCommit, "off"))
      )
    )
    const { take } = Context.get(alone, Communications)
    yield* Effect.forEach(drafts, ({ id }) => take(organisation, { _tag: "Id", id }, completion, act), {
      concurrency: "unbounded"
    })
    assert.lengthOf(texts, drafts.length)
  }).pipe(Effect.scoped)
)
