import { Readiness, StorageUnavailable } from "@communications/core"
import { type Execute, type ExecutorOptions, layerHost } from "@communications/postgres"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

/** Runs a statement that fails once with this SQLSTATE; returns the result and how often it ran. */
const running = (code: string, options?: ExecutorOptions, handle: Pick<Execute, "concurrency"> = {}) =>
  Effect.gen(function* () {
    let runs = 0
    const execute: Execute = Object.assign(async () => {
      if (runs++ === 0) throw Object.assign(new Error("a conflict"), { code })
      return []
    }, handle)
    const check = Effect.flatMap(Readiness, ({ check }) => check)
    const error = yield* check.pipe(Effect.flip, Effect.option, Effect.provide(layerHost(execute, options)))
    return { runs, error }
  })

describe("a statement that PostgreSQL rolls back because of a concurrent transaction", () => {
  for (const code of ["40001", "40P01"]) {
    it.live(`runs again on a pool (${code})`, () =>
      Effect.gen(function* () {
        const { runs, error } = yield* running(code, { concurrency: 2 })
        assert.strictEqual(runs, 2)
        assert.strictEqual(error._tag, "None")
      })
    )
    it.live(`runs once if it may be part of the host's transaction (${code})`, () =>
      Effect.gen(function* () {
        // The options of a pool do not make a pool of a transaction.
        for (const once of [running(code), running(code, { concurrency: 8 }, { concurrency: 1 })]) {
          const { runs, error } = yield* once
          assert.strictEqual(runs, 1)
          if (error._tag === "None") return assert.fail("expected an error")
          assert.instanceOf(error.value, StorageUnavailable)
          assert.deepInclude(error.value, { reason: "conflict", sqlState: code })
        }
      })
    )
  }
})
