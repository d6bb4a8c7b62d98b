import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Result } from "effect"
import { gather, type Waiting } from "../src/Gather.ts"

/** Gathers numbers; each run waits until it is let go, and then tells each number its tenfold. */
const given = Effect.fnUntraced(function* (
  options: { readonly lanes?: number; readonly most?: number; readonly some?: number } = {}
) {
  const runs: Array<{ readonly items: ReadonlyArray<number>; readonly gate: Deferred.Deferred<void, string> }> = []
  const run = Effect.fnUntraced(function* (waiting: ReadonlyArray<Waiting<number, number, string>>) {
    const gate = yield* Deferred.make<void, string>()
    runs.push({ items: waiting.map(({ item }) => item), gate })
    yield* Deferred.await(gate)
    for (const { item, tell } of waiting) tell(item < 0 ? Effect.fail(`no ${item}`) : Effect.succeed(item * 10))
    return []
  })
  const inTurn = yield* gather({
    ...{ lanes: 2, most: 3, some: 3, bound: 8, full: Effect.fail("full"), late: Effect.fail("late"), run },
    ...options
  })
  const ask = (item: number, limit = 60_000) => inTurn(item, limit)
  const asking = Effect.fnUntraced(function* (...items: ReadonlyArray<number>) {
    const fibers = yield* Effect.forEach(items, (item) =>
      Effect.forkChild(Effect.result(ask(item)), { startImmediately: true })
    )
    for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
    return fibers
  })
  const letGo = Effect.fnUntraced(function* (index: number) {
    const run = runs[index]
    if (run === undefined) return assert.fail(`there is no run ${index}`)
    yield* Deferred.succeed(run.gate, undefined)
    for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
  })
  return { ask, asking, letGo, runs, items: () => runs.map(({ items }) => items) }
})

const joinAll = (fibers: ReadonlyArray<Fiber.Fiber<Result.Result<number, string>>>) =>
  Effect.forEach(fibers, Fiber.join)

describe("gather", () => {
  it.effect("who comes first goes at once; who comes at the same moment goes along", () =>
    Effect.gen(function* () {
      const { asking, letGo, items } = yield* given()
      const fibers = yield* asking(1, 2)
      assert.deepStrictEqual(items(), [[1, 2]])
      yield* letGo(0)
      assert.deepStrictEqual(yield* joinAll(fibers), [Result.succeed(10), Result.succeed(20)])
    })
  )
  it.effect("no more runs than lanes, no more items than a run may have, in the order in which they came", () =>
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
  it.effect("each is told its own outcome", () =>
    Effect.gen(function* () {
      const { asking, letGo } = yield* given()
      const fibers = yield* asking(1, -2)
      yield* letGo(0)
      assert.deepStrictEqual(yield* joinAll(fibers), [Result.succeed(10), Result.fail("no -2")])
    })
  )
  it.effect("a run that fails is told to its own items, and to no others", () =>
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
  it.effect("of many, half is left for the next run", () =>
    Effect.gen(function* () {
      const { asking, letGo, items } = yield* given({ lanes: 1, most: 5, some: 2 })
      const fibers = [...(yield* asking(1)), ...(yield* asking(2, 3, 4, 5, 6, 7, 8, 9))]
      for (const index of [0, 1, 2, 3]) yield* letGo(index)
      assert.deepStrictEqual(items(), [[1], [2, 3, 4, 5], [6, 7], [8, 9]])
      yield* joinAll(fibers)
    })
  )
  it.live("who waits for too long is told so, in the queue and under way, and is not asked for again", () =>
    Effect.gen(function* () {
      const { ask, letGo, items } = yield* given({ lanes: 1, most: 1, some: 1 })
      const [under, waiting] = [ask(1, 20), ask(2, 20)]
      const told = yield* Effect.all([Effect.flip(under), Effect.flip(waiting)], { concurrency: "unbounded" })
      assert.deepStrictEqual(told, ["late", "late"])
      const last = yield* Effect.forkChild(ask(3), { startImmediately: true })
      yield* letGo(0)
      yield* letGo(1)
      assert.deepStrictEqual(items(), [[1], [3]])
      assert.strictEqual(yield* Fiber.join(last), 30)
    })
  )
  it.effect("who comes when it is full is told so at once; the others are not touched", () =>
    Effect.gen(function* () {
      const { ask, asking, letGo } = yield* given({ lanes: 1 })
      const fibers = [...(yield* asking(1)), ...(yield* asking(2, 3, 4, 5, 6, 7, 8, 9))]
      assert.strictEqual(yield* Effect.flip(ask(10)), "full")
      for (const index of [0, 1, 2, 3]) yield* letGo(index)
      const expected = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((item) => Result.succeed(item * 10))
      assert.deepStrictEqual(yield* joinAll(fibers), expected)
    })
  )
  it.effect("who is interrupted while waiting leaves; who is so under way is let go when the run has ended", () =>
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
  it.effect("what must wait again goes before what came later", () =>
    Effect.gen(function* () {
      const batches: Array<ReadonlyArray<number>> = []
      const ask = yield* gather<number, number, string>({
        ...{ lanes: 1, most: 2, some: 2, bound: 10, full: Effect.fail("full"), late: Effect.fail("late") },
        run: (waiting) =>
          Effect.sync(() => {
            batches.push(waiting.map(({ item }) => item))
            const [first, ...rest] = waiting
            first?.tell(Effect.succeed(first.item))
            return rest
          })
      })
      const told = yield* Effect.forEach([1, 2, 3], (item) => ask(item, 60_000), { concurrency: "unbounded" })
      assert.deepStrictEqual(told, [1, 2, 3])
      assert.deepStrictEqual(batches, [[1, 2], [2, 3], [3]])
    })
  )
  it.effect("who is interrupted under way does not wait again", () =>
    Effect.gen(function* () {
      const batches: Array<ReadonlyArray<number>> = []
      const gate = yield* Deferred.make<void>()
      const ask = yield* gather<number, number, string>({
        ...{ lanes: 1, most: 2, some: 2, bound: 10, full: Effect.fail("full"), late: Effect.fail("late") },
        run: (waiting) => {
          batches.push(waiting.map(({ item }) => item))
          return Effect.as(Deferred.await(gate), waiting)
        }
      })
      const asking = yield* Effect.forkChild(ask(1, 60_000), { startImmediately: true })
      yield* Effect.repeat(Effect.yieldNow, { until: () => batches.length === 1 })
      const interruption = yield* Effect.forkChild(Fiber.interrupt(asking), { startImmediately: true })
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(interruption)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(asking)))
      assert.deepStrictEqual(batches, [[1]])
    })
  )
})
