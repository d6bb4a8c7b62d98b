import { MetricsEnabled } from "@communications/core"
import { recordingTracer } from "@communications/test-support/recordingTracer"
import { assert, describe, it, onTestFinished, vi } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Metric, Option, Result, Scheduler, Tracer } from "effect"
import { makeBatcher } from "../src/batching/Batcher.ts"
import { makeStorageBatcher } from "../src/batching/GroupCommit.ts"
import { postgresMetrics } from "../src/statements/Metrics.ts"
import { StorageTimeout } from "../src/statements/StorageErrors.ts"

/** A batcher of numbers. Each batch waits until the test opens its gate, and then multiplies its numbers by ten. */
const given = Effect.fnUntraced(function* (
  options: {
    readonly lanes?: number
    readonly lanesPerKey?: number
    readonly maxBatch?: number
    readonly halveAbove?: number
  } = {}
) {
  const runs: Array<{ readonly items: ReadonlyArray<number>; readonly gate: Deferred.Deferred<void, string> }> = []
  const run = Effect.fnUntraced(function* (items: ReadonlyArray<number>) {
    const gate = yield* Deferred.make<void, string>()
    runs.push({ items, gate })
    yield* Deferred.await(gate)
    return items.map((item) => item * 10)
  })
  const runInBatch = yield* makeBatcher({
    ...{ lanes: 2, lanesPerKey: 2, maxBatch: 3, halveAbove: 3, maxWaiting: 8, run },
    ...{ overloaded: Effect.fail("overloaded"), timedOut: Effect.fail("timed out") },
    ...options
  })
  const runItem = (item: number, limit = 60_000, key = "key") => runInBatch(key, item, limit)
  const startWithKey = Effect.fnUntraced(function* (key: string, ...items: ReadonlyArray<number>) {
    const fibers = yield* Effect.forEach(items, (item) =>
      Effect.forkChild(Effect.result(runItem(item, 60_000, key)), { startImmediately: true })
    )
    for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
    return fibers
  })
  const start = (...items: ReadonlyArray<number>) => startWithKey("key", ...items)
  const openGate = Effect.fnUntraced(function* (index: number) {
    const run = runs[index]
    if (run === undefined) return assert.fail(`batch ${index} has not started`)
    yield* Deferred.succeed(run.gate, undefined)
    for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
  })
  return { runItem, start, startWithKey, openGate, runs, items: () => runs.map(({ items }) => items) }
})

const joinAll = (fibers: ReadonlyArray<Fiber.Fiber<Result.Result<number, string>>>) =>
  Effect.forEach(fibers, Fiber.join)

describe("batcher", () => {
  it.effect("the first item starts at once, together with items that arrive at the same moment", () =>
    Effect.gen(function* () {
      const { start, openGate, items } = yield* given()
      const fibers = yield* start(1, 2)
      assert.deepStrictEqual(items(), [[1, 2]])
      yield* openGate(0)
      assert.deepStrictEqual(yield* joinAll(fibers), [Result.succeed(10), Result.succeed(20)])
    })
  )
  it.effect("runs at most as many batches as lanes, of at most `maxBatch` items, in the order of arrival", () =>
    Effect.gen(function* () {
      const { start, openGate, items } = yield* given()
      const fibers = [...(yield* start(1)), ...(yield* start(2)), ...(yield* start(3, 4, 5, 6, 7))]
      assert.deepStrictEqual(items(), [[1], [2]])
      yield* openGate(1)
      assert.deepStrictEqual(items(), [[1], [2], [3, 4, 5]])
      yield* openGate(0)
      assert.deepStrictEqual(items(), [[1], [2], [3, 4, 5], [6, 7]])
      yield* openGate(2)
      yield* openGate(3)
      const expected = [1, 2, 3, 4, 5, 6, 7].map((item) => Result.succeed(item * 10))
      assert.deepStrictEqual(yield* joinAll(fibers), expected)
    })
  )
  it.effect("a failed batch fails only its own items", () =>
    Effect.gen(function* () {
      const { start, openGate, runs } = yield* given()
      const [first, second] = [yield* start(1), yield* start(2)]
      yield* Effect.forEach(runs.slice(0, 1), ({ gate }) => Deferred.fail(gate, "broken"))
      yield* openGate(1)
      assert.deepStrictEqual(yield* joinAll([...first, ...second]), [Result.fail("broken"), Result.succeed(20)])
      const after = yield* start(3)
      yield* openGate(2)
      assert.deepStrictEqual(yield* joinAll(after), [Result.succeed(30)])
    })
  )
  it.effect("a batch takes only half of many waiting items", () =>
    Effect.gen(function* () {
      const { start, openGate, items } = yield* given({ lanes: 1, maxBatch: 5, halveAbove: 2 })
      const fibers = [...(yield* start(1)), ...(yield* start(2, 3, 4, 5, 6, 7, 8, 9))]
      for (const index of [0, 1, 2, 3]) yield* openGate(index)
      assert.deepStrictEqual(items(), [[1], [2, 3, 4, 5], [6, 7], [8, 9]])
      yield* joinAll(fibers)
    })
  )
  it.live("an item fails after its time limit, waiting or running, and is not run later", () =>
    Effect.gen(function* () {
      const { runItem, openGate, items } = yield* given({ lanes: 1, maxBatch: 1, halveAbove: 1 })
      const [running, waiting] = [runItem(1, 500), runItem(2, 500)]
      const failures = yield* Effect.all([Effect.flip(running), Effect.flip(waiting)], { concurrency: "unbounded" })
      assert.deepStrictEqual(failures, ["timed out", "timed out"])
      const last = yield* Effect.forkChild(runItem(3), { startImmediately: true })
      yield* openGate(0)
      yield* openGate(1)
      assert.deepStrictEqual(items(), [[1], [3]])
      assert.strictEqual(yield* Fiber.join(last), 30)
    })
  )
  it.effect("an item fails at once if the queue is full, and the others do not fail", () =>
    Effect.gen(function* () {
      const { runItem, start, openGate } = yield* given({ lanes: 1 })
      const fibers = [...(yield* start(1)), ...(yield* start(2, 3, 4, 5, 6, 7, 8, 9))]
      assert.strictEqual(yield* Effect.flip(runItem(10)), "overloaded")
      for (const index of [0, 1, 2, 3]) yield* openGate(index)
      const expected = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((item) => Result.succeed(item * 10))
      assert.deepStrictEqual(yield* joinAll(fibers), expected)
    })
  )
  it.effect(
    "interrupting an item removes it from the queue; once its batch runs, the caller waits for the batch to end",
    () =>
      Effect.gen(function* () {
        const { start, openGate, items } = yield* given({ lanes: 1 })
        const running = yield* start(1)
        const [waiting, other] = yield* start(2, 3)
        if (waiting === undefined || other === undefined) return assert.fail("expected two items")
        yield* Fiber.interrupt(waiting)
        const interruption = yield* Effect.forkChild(Fiber.interruptAll(running), { startImmediately: true })
        for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
        assert.isUndefined(interruption.pollUnsafe())
        yield* openGate(0)
        yield* Fiber.join(interruption)
        yield* openGate(1)
        assert.deepStrictEqual(items(), [[1], [3]])
        assert.deepStrictEqual(yield* Fiber.join(other), Result.succeed(30))
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(waiting)))
      })
  )
  it.effect("a batch has items of one key, and keys take turns", () =>
    Effect.gen(function* () {
      const { startWithKey, openGate, items } = yield* given({ lanes: 1 })
      const fibers = [...(yield* startWithKey("a", 1)), ...(yield* startWithKey("a", 2, 3, 4, 5, 6))]
      fibers.push(...(yield* startWithKey("b", 7)), ...(yield* startWithKey("c", 8)))
      for (const index of [0, 1, 2, 3, 4]) yield* openGate(index)
      assert.deepStrictEqual(items(), [[1], [2, 3, 4], [7], [8], [5, 6]])
      yield* joinAll(fibers)
    })
  )
  it.effect("one key does not occupy all lanes", () =>
    Effect.gen(function* () {
      const { startWithKey, openGate, items } = yield* given({ lanes: 3, lanesPerKey: 2 })
      const fibers = [
        ...(yield* startWithKey("a", 1)),
        ...(yield* startWithKey("a", 2)),
        ...(yield* startWithKey("a", 3)),
        ...(yield* startWithKey("b", 4)),
        ...(yield* startWithKey("c", 5))
      ]
      assert.deepStrictEqual(items(), [[1], [2], [4]])
      yield* openGate(2)
      assert.deepStrictEqual(items(), [[1], [2], [4], [5]])
      yield* openGate(0)
      assert.deepStrictEqual(items(), [[1], [2], [4], [5], [3]])
      for (const index of [1, 3, 4]) yield* openGate(index)
      const expected = [1, 2, 3, 4, 5].map((item) => Result.succeed(item * 10))
      assert.deepStrictEqual(yield* joinAll(fibers), expected)
    })
  )
  it.effect("one key never occupies more lanes than its share, also after many batches", () =>
    Effect.gen(function* () {
      const running = { a: 0, b: 0 }
      const most = { a: 0, b: 0 }
      const runItem = yield* makeBatcher<"a" | "b", string, string>({
        ...{ lanes: 3, lanesPerKey: 2, maxBatch: 1, halveAbove: 1, maxWaiting: 100 },
        ...{ overloaded: Effect.fail("overloaded"), timedOut: Effect.fail("timed out") },
        run: Effect.fnUntraced(function* (items) {
          for (const key of items) {
            most[key] = Math.max(most[key], ++running[key])
            for (let turn = 0; turn < (key === "a" ? 3 : 5); turn++) yield* Effect.yieldNow
            running[key]--
          }
          return items
        })
      })
      const items = Array.from({ length: 40 }, (_, index) => (index % 3 === 0 ? "b" : "a"))
      const runs = Effect.forEach(items, (key) => runItem(key, key, 60_000), { concurrency: "unbounded" })
      for (let round = 0; round < 3; round++) assert.deepStrictEqual(yield* runs, items)
      assert.deepStrictEqual(most, { a: 2, b: 2 })
    })
  )
  it.effect("an item whose fiber yields between its interruption and its release is released", () =>
    Effect.gen(function* () {
      const resolve: Array<() => void> = []
      const runItem = yield* makeBatcher<number, number, string>({
        ...{ lanes: 1, lanesPerKey: 1, maxBatch: 1, halveAbove: 1, maxWaiting: 8 },
        ...{ overloaded: Effect.fail("overloaded"), timedOut: Effect.fail("timed out") },
        run: (items) =>
          Effect.callback((resume) => {
            resolve.push(() => resume(Effect.succeed(items)))
          })
      })
      const fiber = yield* Effect.forkChild(
        Effect.provideService(runItem("key", 1, 60_000), Scheduler.MaxOpsBeforeYield, 3)
      )
      while (resolve.length === 0) yield* Effect.yieldNow
      fiber.interruptUnsafe()
      for (const resolveBatch of resolve) resolveBatch()
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    })
  )
  it.effect("no timer remains of an item that has a result, or that was interrupted", () =>
    Effect.gen(function* () {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
      onTestFinished(() => void vi.useRealTimers())
      const { start, openGate } = yield* given({ lanes: 1 })
      const fibers = [...(yield* start(1)), ...(yield* start(2))]
      assert.strictEqual(vi.getTimerCount(), 2)
      yield* Fiber.interruptAll(fibers.slice(1))
      assert.strictEqual(vi.getTimerCount(), 1)
      yield* openGate(0)
      yield* joinAll(fibers.slice(0, 1))
      assert.strictEqual(vi.getTimerCount(), 0)
    })
  )
  it.effect("after a defect, each item of the batch runs again in its own batch", () =>
    Effect.gen(function* () {
      const batches: Array<ReadonlyArray<number>> = []
      const runItem = yield* makeBatcher<number, number, string>({
        ...{ lanes: 1, lanesPerKey: 1, maxBatch: 3, halveAbove: 3, maxWaiting: 8 },
        ...{ overloaded: Effect.fail("overloaded"), timedOut: Effect.fail("timed out") },
        run: (items) => {
          batches.push(items)
          return items.includes(2) ? Effect.die("two") : Effect.succeed(items)
        }
      })
      const exits = yield* Effect.forEach([1, 2, 3], (item) => Effect.exit(runItem("key", item, 60_000)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(exits, [Exit.succeed(1), Exit.die("two"), Exit.succeed(3)])
      assert.deepStrictEqual(batches, [[1, 2, 3], [1], [2], [3]])
    })
  )
  it.effect("a batch may take as long as the longest time limit of its items", () =>
    Effect.gen(function* () {
      const limits: Array<number> = []
      const runItem = yield* makeBatcher<number, number, string>({
        ...{ lanes: 1, lanesPerKey: 1, maxBatch: 3, halveAbove: 3, maxWaiting: 8 },
        ...{ overloaded: Effect.fail("overloaded"), timedOut: Effect.fail("timed out") },
        run: (items, limit) => {
          limits.push(limit)
          return Effect.succeed(items)
        }
      })
      yield* Effect.forEach([20_000, 60_000, 30_000], (limit) => runItem("key", limit, limit), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(limits, [60_000])
    })
  )
  it.effect("an item that is interrupted while its batch runs is not run again", () =>
    Effect.gen(function* () {
      const { start, openGate, items } = yield* given({ lanes: 1 })
      const running = yield* start(1)
      const interruption = yield* Effect.forkChild(Fiber.interruptAll(running), { startImmediately: true })
      yield* openGate(0)
      yield* Fiber.join(interruption)
      for (const fiber of running) assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      assert.deepStrictEqual(items(), [[1]])
    })
  )
})

it.live("a batch of storage that takes longer than its time limit is ended, and the next one runs", () =>
  Effect.gen(function* () {
    const runItem = yield* makeStorageBatcher<number, number>("Communications.take", {
      ...{ lanes: 1, lanesPerKey: 1 },
      run: (items) => (items.includes(1) ? Effect.never : Effect.succeed(items))
    })
    const late = yield* Effect.flip(Effect.provideService(runItem("key", 1), StorageTimeout, "50 millis"))
    assert.strictEqual(late.reason, "timeout")
    assert.strictEqual(yield* Effect.provideService(runItem("key", 2), StorageTimeout, "20 seconds"), 2)
  })
)

describe("a batch of storage", () => {
  /** Runs a batch of three items, each in the trace that its caller has, if any; returns the spans that it makes. */
  const spansOfBatch = (callers: ReadonlyArray<Tracer.AnySpan | undefined>) => {
    const { spans, tracer } = recordingTracer()
    return Effect.gen(function* () {
      const runItem = yield* makeStorageBatcher<number, number>("Communications.take", {
        ...{ lanes: 1, lanesPerKey: 1 },
        run: Effect.succeed
      })
      yield* Effect.forEach(
        callers,
        (caller, item) => (caller ? Effect.withParentSpan(runItem("key", item), caller) : runItem("key", item)),
        { concurrency: "unbounded" }
      )
      return spans
    }).pipe(Effect.provideService(Tracer.Tracer, tracer))
  }
  const caller = (spanId: string, sampled: boolean) =>
    Tracer.externalSpan({ spanId, traceId: `trace ${spanId}`, sampled })

  it.effect("is in the trace of its first caller whose trace is sampled, with links to the others", () =>
    Effect.gen(function* () {
      const [first, second, third] = [caller("1", false), caller("2", true), caller("3", true)]
      const spans = yield* spansOfBatch([first, second, third])
      assert.deepStrictEqual(
        spans.map(({ name, parent, attributes, links }) => [
          name,
          Option.getOrUndefined(parent),
          Object.fromEntries(attributes),
          links.map(({ span }) => span)
        ]),
        [["Communications.take batch", second, { "db.operation.batch.size": 3 }, [first, third]]]
      )
    })
  )
  it.effect("is in the trace of its first caller if none is sampled, and makes no span without a trace", () =>
    Effect.gen(function* () {
      const first = caller("1", false)
      const [span] = yield* spansOfBatch([undefined, first, caller("2", false)])
      assert.deepStrictEqual(span && Option.getOrUndefined(span.parent), first)
      assert.deepStrictEqual(yield* spansOfBatch([undefined, undefined]), [])
    })
  )
  it.effect("names its span in a defect, and no place in the code, which takes a stack trace", () =>
    Effect.gen(function* () {
      const runItem = yield* makeStorageBatcher<number, number>("Communications.take", {
        ...{ lanes: 1, lanesPerKey: 1 },
        run: () => Effect.die(new Error("a defect"))
      })
      const exit = yield* Effect.exit(Effect.withParentSpan(runItem("key", 1), caller("1", true)))
      const lines = Exit.isFailure(exit) ? Cause.pretty(exit.cause).split("\n") : []
      assert.deepStrictEqual(
        lines.filter((line) => line.includes("Communications.take batch")),
        ["    at Communications.take batch"]
      )
    }).pipe(Effect.provideService(Tracer.Tracer, recordingTracer().tracer))
  )
  it.effect("is counted by its size, if metrics are enabled", () =>
    Effect.gen(function* () {
      const counts = Effect.provideServiceEffect(
        Effect.gen(function* () {
          const runItem = yield* makeStorageBatcher<number, number>("Communications.take", {
            ...{ lanes: 1, lanesPerKey: 1 },
            run: Effect.succeed
          })
          yield* Effect.forEach([1, 2, 3], (item) => runItem("key", item), { concurrency: "unbounded" })
          return yield* Metric.value(postgresMetrics.batchSize.with({ method: "Communications.take" }))
        }),
        Metric.MetricRegistry,
        Effect.sync((): Metric.MetricRegistry => new Map())
      )
      const { count, sum, buckets } = yield* Effect.provideService(counts, MetricsEnabled, true)
      assert.deepStrictEqual([count, sum], [1, 3])
      const upTo = [1, 2, 4, 8, 16, 32, 64, 128]
      const expected = upTo.map((size): [number, number] => [size, size < 3 ? 0 : 1])
      assert.deepStrictEqual(buckets, expected)
      assert.strictEqual((yield* counts).count, 0)
    })
  )
})
