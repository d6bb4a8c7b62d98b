import { Effect, Exit } from "effect"

/** What somebody waits for: an item of work, and how to tell what came of it; only the first word counts. */
export interface Waiting<Item, A, E> {
  readonly item: Item
  /** For how long, in milliseconds. */
  readonly limit: number
  readonly tell: (outcome: Effect.Effect<A, E>) => void
  /** Whether they have not been told yet, nor been interrupted. */
  readonly isWanted: () => boolean
}

interface Options<Item, A, E> {
  /** How many runs may be under way at once. */
  readonly lanes: number
  /** How many items a run has at most; of more than `some` it leaves half for the next one, so that there is one under way. */
  readonly most: number
  readonly some: number
  /** How many may wait; who comes then is told that it is full. */
  readonly bound: number
  readonly full: Effect.Effect<never, E>
  /** What an item is told that has waited for too long. */
  readonly late: Effect.Effect<never, E>
  /** Works on some items at once, and tells each of them what came of it; resolves to those that must wait again. */
  readonly run: (waiting: ReadonlyArray<Waiting<Item, A, E>>) => Effect.Effect<ReadonlyArray<Waiting<Item, A, E>>, E>
}

/**
 * Gathers what is asked for while lanes are busy, to run it as one. There is no timer: who comes while a lane is free goes
 * at once, with whoever came at the same moment. A run that fails is told to its own items. Who is interrupted while
 * waiting leaves the queue; who is so while the run is under way is let go when it has ended. Nobody waits for longer than
 * a limit, in milliseconds, in which the run may or may not have done what is asked.
 */
export const gather = Effect.fnUntraced(function* <Item, A, E>(options: Options<Item, A, E>) {
  const { lanes, most, some, bound, full, late, run } = options
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  let queue = new Set<Waiting<Item, A, E>>()
  let busy = 0

  const lane = Effect.gen(function* () {
    yield* Effect.yieldNow
    while (queue.size > 0) {
      const batch = [...queue].slice(0, Math.min(most, Math.max(some, Math.ceil(queue.size / 2))))
      for (const waiting of batch) queue.delete(waiting)
      const exit = yield* Effect.exit(Effect.suspend(() => run(batch)))
      if (Exit.isFailure(exit)) for (const { tell } of batch) tell(Effect.failCause(exit.cause))
      else if (exit.value.length > 0) {
        queue = new Set([...exit.value.filter(({ isWanted }) => isWanted()), ...queue])
        for (const { isWanted, tell } of exit.value) if (!isWanted()) tell(Effect.interrupt)
      }
    }
  })

  const start = () => {
    if (busy === lanes) return
    busy++
    fork(lane).addObserver(() => {
      busy--
      if (queue.size > 0) start()
    })
  }

  return (item: Item, limit: number): Effect.Effect<A, E> =>
    Effect.callback<A, E>((resume) => {
      if (queue.size >= bound) return resume(full)
      let [told, left] = [false, false]
      let whenTold = () => {}
      const tell = (outcome: Effect.Effect<A, E>) => {
        clearTimeout(timer)
        told = true
        resume(outcome)
        whenTold()
      }
      const waiting: Waiting<Item, A, E> = { item, limit, tell, isWanted: () => !told && !left }
      const timer = setTimeout(() => {
        queue.delete(waiting)
        tell(late)
      }, limit)
      queue.add(waiting)
      start()
      return Effect.callback<void>((resume) => {
        left = true
        if (queue.delete(waiting)) clearTimeout(timer)
        else if (!told) {
          whenTold = () => resume(Effect.void)
          return
        }
        resume(Effect.void)
      })
    })
})
