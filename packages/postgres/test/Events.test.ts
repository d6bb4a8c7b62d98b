/** The log on a handle that answers as a test says. */
import { EventId, Events, SubscriptionInTransaction } from "@communications/core"
import { freshId } from "@communications/core/testing"
import { type Execute, layerHost, StorageTimeout } from "@communications/postgres"
import { assert, it, onTestFinished, vi } from "@effect/vitest"
import { Cause, Duration, Effect, Exit } from "effect"

/** Runs an effect with the log on this handle. */
const onHandle = <A, E>(execute: Execute, run: (events: typeof Events.Service) => Effect.Effect<A, E>) =>
  Effect.flatMap(Events, run).pipe(Effect.provide(layerHost(execute, { concurrency: 2 })))

it.effect("retry and discard name themselves in their errors", () =>
  Effect.gen(function* () {
    const full = () => Promise.reject(Object.assign(new Error("too many connections"), { code: "53300" }))
    const event = EventId.make(freshId())
    for (const method of ["retry", "discard"] as const) {
      const error = yield* Effect.flip(onHandle(full, (events) => events[method]("letters", event)))
      assert.strictEqual(error.operation, `Events.${method}`)
    }
  })
)

it.effect("a subscription that is opened in a transaction is refused with its name", () =>
  Effect.gen(function* () {
    const inTransaction: Execute = async () => [{ id: "7" }]
    const error = yield* Effect.flip(onHandle(inTransaction, ({ open }) => open("letters", "now")))
    assert.deepStrictEqual(error, new SubscriptionInTransaction({ subscription: "letters" }))
  })
)

it.effect("a log without its row of eras is a defect", () =>
  Effect.gen(function* () {
    let transaction = 0
    const withoutEra: Execute = async (text) =>
      text.includes("pg_current_xact_id") ? [{ id: String(transaction++) }] : []
    const exit = yield* Effect.exit(onHandle(withoutEra, ({ open }) => open("letters", "now")))
    assert.strictEqual(Exit.isFailure(exit) && Cause.squash(exit.cause), "the table log_eras has no row")
  })
)

it.effect("a call skips entries for half of its time limit, and then returns no event", () =>
  Effect.gen(function* () {
    vi.useFakeTimers({ toFake: ["performance"] })
    onTestFinished(() => void vi.useRealTimers())
    let skipped = 0
    const everSkippable: Execute = async (text) => {
      if (!text.includes("WITH leased")) return []
      skipped++
      vi.advanceTimersByTime(60_000)
      return [{ position: null, skippable: true, released: false }]
    }
    const holder = { subscription: "letters", holder: freshId(), lease: Duration.minutes(1) }
    const claimed = onHandle(everSkippable, ({ claim }) => claim(holder, "all", 1))
    assert.deepStrictEqual(yield* Effect.provideService(claimed, StorageTimeout, "10 minutes"), [])
    assert.strictEqual(skipped, 5)
  })
)
