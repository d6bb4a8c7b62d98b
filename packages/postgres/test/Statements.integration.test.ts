import { Attempts, Communications, completion, Sessions } from "@communications/core"
import { aDraft, anAct, freshId, freshOrganisation, freshToken, noon, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Redacted } from "effect"
import pg from "pg"
import { makeRunSteps } from "../src/communications/StepStatements.ts"
import * as Shares from "../src/statements/Shares.ts"

const act = anAct()

/** The ports of a server, on this function. */
const portsOn = (execute: Postgres.Execute, groupCommit: "off" | "all") =>
  Layer.fresh(Postgres.layer).pipe(
    Layer.provide(Layer.succeed(Postgres.GroupCommit, groupCommit)),
    Layer.provide(Postgres.layerExecutor(execute, { concurrency: 4 }))
  )

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
    assert.deepStrictEqual(yield* runSteps([], "skip"), [])
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
      const there = yield* Layer.build(portsOn(late, groupCommit))
      const taken = Context.get(there, Communications).take(
        ...([organisation, { _tag: "Id", id: draft.id }, completion, act] as const)
      )
      assert.strictEqual((yield* taken).completed_by, act.by)
      assert.isTrue(isStored)
    }).pipe(Effect.scoped)
  )
}

it.live("without group commit, each completion and each token is a statement of its own", () =>
  Effect.gen(function* () {
    const { ports, recorded, texts, organisation } = yield* given
    const drafts = Array.from({ length: 4 }, () => aDraft(freshId()))
    yield* Effect.forEach(drafts, (draft) => Effect.provide(store(organisation, draft), ports))
    const statementsOf = Effect.fnUntraced(function* (groupCommit: "off" | "all") {
      const there = yield* Layer.build(portsOn(recorded, groupCommit))
      const { take } = Context.get(there, Communications)
      const { authenticate } = Context.get(there, Sessions)
      const atOnce = Effect.fnUntraced(function* (effects: ReadonlyArray<Effect.Effect<unknown, unknown>>) {
        const before = texts.length
        yield* Effect.all(effects.map(Effect.exit), { concurrency: "unbounded" })
        return texts.length - before
      })
      return {
        completions: yield* atOnce(drafts.map(({ id }) => take(organisation, { _tag: "Id", id }, completion, act))),
        tokens: yield* atOnce(drafts.map(() => authenticate(freshToken())))
      }
    })
    assert.deepStrictEqual(yield* statementsOf("off"), { completions: drafts.length, tokens: drafts.length })
    assert.isBelow((yield* statementsOf("all")).tokens, drafts.length)
  }).pipe(Effect.scoped)
)

it.live("a view is one statement", () =>
  Effect.gen(function* () {
    const { ports, recorded, texts, organisation } = yield* given
    const draft = aDraft()
    yield* Effect.provide(store(organisation, draft), ports)
    const { view } = Context.get(yield* Layer.build(portsOn(recorded, "off")), Communications)
    const viewed = yield* view(organisation, { _tag: "Id", id: draft.id }, noon)
    assert.deepStrictEqual(viewed.viewed_on, noon)
    assert.lengthOf(texts, 1)
  }).pipe(Effect.scoped)
)

it.live("an attempt succeeds if its bucket gets room, or is deleted, just after it was refused", () =>
  Effect.gen(function* () {
    const { execute } = yield* given
    for (const change of [
      "UPDATE communications.attempts SET full_at = now()",
      "DELETE FROM communications.attempts"
    ]) {
      let refusals = 0
      const late: Postgres.Execute = async (text, parameters) => {
        const rows = await execute(text, parameters)
        if (text.includes("INSERT") && rows.length === 0) {
          refusals++
          await execute(change, [])
        }
        return rows
      }
      const { take } = Context.get(yield* Layer.build(Postgres.layerHost(late)), Attempts)
      const bucket = { key: freshId(), burst: 1, every: Duration.hours(1) }
      yield* take(bucket)
      yield* take(bucket)
      assert.strictEqual(refusals, 1)
    }
  }).pipe(Effect.scoped)
)
