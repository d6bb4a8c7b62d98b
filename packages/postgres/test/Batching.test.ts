import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Result } from "effect"
import { batching } from "../src/batching/Batching.ts"

/** Batches numbers; each batch waits until the test opens its gate, and then gives each number its tenfold. */
const given = Effect.fnUntraced(function* (
  options: {
    readonly lanes?: number
    readonly lanesPerKey?: number
    readonly most?: number
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
  const inTurn = yield* batching({
    ...{ lanes: 2, lanesPerKey: 2, most: 3, halveAbove: 3, bound: 8, run },
    ...{ overloaded: Effect.fail("overloaded"), timedOut: Effect.fail("timed out") },
    ...options
  })
  const ask = (item: number, limit = 60_000, key = "key") => inTurn(key, item, limit)
  const askingOf = Effect.fnUntraced(function* (key: string, ...items: ReadonlyArray<number>) {
    const fibers = yield* Effect.forEach(items, (item) =>
      Effect.forkChild(Effect.result(ask(item, 60_000, key)), { startImmediately: true })
    )
    for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
    return fibers
  })
  const asking = (...items: ReadonlyArray<number>) => askingOf("key", ...items)
  const letGo = Effect.fnUntraced(function* (index: number) {
    const run = runs[index]
    if (run === undefined) return assert.fail(`there is no run ${index}`)
    yield* Deferred.succeed(run.gate, undefined)
    for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
  })
  return { ask, asking, askingOf, letGo, runs, items: () => runs.map(({ items }) => items) }
})

const joinAll = (fibers: ReadonlyArray<Fiber.Fiber<Result.Result<number, string>>>) =>
  Effect.forEach(fibers, Fiber.join)

describe("batching", () => {
  it.effect("the first item starts at once, together with those that come at the same moment", () =>
    Effect.gen(function* () {
      const { asking, letGo, items } = yield* given()
      const fibers = yield* asking(1, 2)
      assert.deepStrictEqual(items(), [[1, 2]])
      yield* letGo(0)
      assert.deepStrictEqual(yield* joinAll(fibers), [Result.succeed(10), Result.succeed(20)])
    })
  )
  it.effect("no more batches than lanes, no more items than a batch may have, in their order", () =>
    Effect.gen(function* () {
      const { asking, letGo, items } = yield* given()
      const fibers = [...(yield* asking(1)), ...(yield* asking(2)), ...(yield* asking(3, 4, 5, 6, 7))]
      assert.deepStrictEqual(items(), [[1], [2]])
      yield* letGo(1)
      assert.deepStrictEqual(items(), [[1], [2], [3, 4, 5]])
      yield* letGo(0)
      assert.deepStrictEqual(items(), [[1], [2], [3, 4, 5], [6, 7]])
      yield* letGo(2)
      yield* letGo(3)
      const expected = [1, 2, 3, 4, 5, 6, 7].map((item) => Result.succeed(item * 10))
      assert.deepStrictEqual(yield* joinAll(fibers), expected)
    })
  )
  it.effect("if a batch fails, its items fail, and no others", () =>
    Effect.gen(function* () {
      const { asking, letGo, runs } = yield* given()
      const [first, second] = [yield* asking(1), yield* asking(2)]
      yield* Effect.forEach(runs.slice(0, 1), ({ gate }) => Deferred.fail(gate, "broken"))
      yield* letGo(1)
      assert.deepStrictEqual(yield* joinAll([...first, ...second]), [Result.fail("broken"), Result.succeed(20)])
      const after = yield* asking(3)
      yield* letGo(2)
      assert.deepStrictEqual(yield* joinAll(after), [Result.succeed(30)])
    })
  )
  it.effect("of many, half is left for the next batch", () =>
    Effect.gen(function* () {
      const { asking, letGo, items } = yield* given({ lanes: 1, most: 5, halveAbove: 2 })
      const fibers = [...(yield* asking(1)), ...(yield* asking(2, 3, 4, 5, 6, 7, 8, 9))]
      for (const index of [0, 1, 2, 3]) yield* letGo(index)
      assert.deepStrictEqual(items(), [[1], [2, 3, 4, 5], [6, 7], [8, 9]])
      yield* joinAll(fibers)
    })
  )
  it.live("an item whose time is over fails, in the queue and while it runs, and is not run afterwards", () =>
    Effect.gen(function* () {
      const { ask, letGo, items } = yield* given({ lanes: 1, most: 1, halveAbove: 1 })
      const [under, waiting] = [ask(1, 20), ask(2, 20)]
      const told = yield* Effect.all([Effect.flip(under), Effect.flip(waiting)], { concurrency: "unbounded" })
      assert.deepStrictEqual(told, ["timed out", "timed out"])
      const last = yield* Effect.forkChild(ask(3), { startImmediately: true })
      yield* letGo(0)
      yield* letGo(1)
      assert.deepStrictEqual(items(), [[1], [3]])
      assert.strictEqual(yield* Fiber.join(last), 30)
    })
  )
  it.effect("an item that comes when the queue is full fails at once; the others are not affected", () =>
    Effect.gen(function* () {
      const { ask, asking, letGo } = yield* given({ lanes: 1 })
      const fibers = [...(yield* asking(1)), ...(yield* asking(2, 3, 4, 5, 6, 7, 8, 9))]
      assert.strictEqual(yield* Effect.flip(ask(10)), "overloaded")
      for (const index of [0, 1, 2, 3]) yield* letGo(index)
      const expected = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((item) => Result.succeed(item * 10))
      assert.deepStrictEqual(yield* joinAll(fibers), expected)
    })
  )
  it.effect(
    "an interrupted item leaves the queue; once its batch runs, its caller waits for the end of the batch",
    () =>
      Effect.gen(function* () {
        const { asking, letGo, items } = yield* given({ lanes: 1 })
        const running = yield* asking(1)
        const [waiting, other] = yield* asking(2, 3)
        if (waiting === undefined || other === undefined) return assert.fail("two are asking")
        yield* Fiber.interrupt(waiting)
        const interruption = yield* Effect.forkChild(Fiber.interruptAll(running), { startImmediately: true })
        for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
        assert.isUndefined(interruption.pollUnsafe())
        yield* letGo(0)
        yield* Fiber.join(interruption)
        yield* letGo(1)
        assert.deepStrictEqual(items(), [[1], [3]])
        assert.deepStrictEqual(yield* Fiber.join(other), Result.succeed(30))
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(waiting)))
      })
  )
  it.effect("a batch is of one key, and keys take turns", () =>
    Effect.gen(function* () {
      const { askingOf, letGo, items } = yield* given({ lanes: 1 })
      const fibers = [...(yield* askingOf("a", 1)), ...(yield* askingOf("a", 2, 3, 4, 5, 6))]
      fibers.push(...(yield* askingOf("b", 7)), ...(yield* askingOf("c", 8)))
      for (const index of [0, 1, 2, 3, 4]) yield* letGo(index)
      assert.deepStrictEqual(items(), [[1], [2, 3, 4], [7], [8], [5, 6]])
      yield* joinAll(fibers)
    })
  )
  it.effect("one key leaves lanes for others", () =>
    Effect.gen(function* () {
      const { askingOf, letGo, items } = yield* given({ lanes: 3, lanesPerKey: 2 })
      const fibers = [
        ...(yield* askingOf("a", 1)),
        ...(yield* askingOf("a", 2)),
        ...(yield* askingOf("a", 3)),
        ...(yield* askingOf("b", 4)),
        ...(yield* askingOf("c", 5))
      ]
      assert.deepStrictEqual(items(), [[1], [2], [4]])
      yield* letGo(2)
      assert.deepStrictEqual(items(), [[1], [2], [4], [5]])
      yield* letGo(0)
      assert.deepStrictEqual(items(), [[1], [2], [4], [5], [3]])
      for (const index of [1, 3, 4]) yield* letGo(index)
      const expected = [1, 2, 3, 4, 5].map((item) => Result.succeed(item * 10))
      assert.deepStrictEqual(yield* joinAll(fibers), expected)
    })
  )
  it.effect("if a batch fails with a defect, each of its items is run by itself", () =>
    Effect.gen(function* () {
      const batches: Array<ReadonlyArray<number>> = []
      const ask = yield* batching<number, number, string>({
        ...{ lanes: 1, lanesPerKey: 1, most: 3, halveAbove: 3, bound: 8 },
        ...{ overloaded: Effect.fail("overloaded"), timedOut: Effect.fail("timed out") },
        run: (items) => {
          batches.push(items)
          return items.includes(2) ? Effect.die("two") : Effect.succeed(items)
        }
      })
      const exits = yield* Effect.forEach([1, 2, 3], (item) => Effect.exit(ask("key", item, 60_000)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(exits, [Exit.succeed(1), Exit.die("two"), Exit.succeed(3)])
      assert.deepStrictEqual(batches, [[1, 2, 3], [1], [2], [3]])
    })
  )
  it.effect("an item that is interrupted while its batch runs is not run again", () =>
    Effect.gen(function* () {
      const { asking, letGo, items } = yield* given({ lanes: 1 })
      const running = yield* asking(1)
      const interruption = yield* Effect.forkChild(Fiber.interruptAll(running), { startImmediately: true })
      yield* letGo(0)
      yield* Fiber.join(interruption)
      for (const fiber of running) assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      assert.deepStrictEqual(items(), [[1]])
    })
  )
})
