import { Effect, Exit } from "effect"

/** What somebody waits for: an item of work, and how to tell what came of it; only the first word counts. */
export interface Waiting<Item, A, E> {
  readonly item: Item
  readonly tell: (outcome: Effect.Effect<A, E>) => void
}

interface Options<Item, A, E> {
  /** How many runs may be under way at once. */
  readonly lanes: number
  /** How many items a run has at most. */
  readonly most: number
  /** How many may wait; who comes then is told that it is full. */
  readonly bound: number
  readonly full: Effect.Effect<never, E>
  /** Works on some items at once, and tells each of them what came of it; resolves to those that must wait again. */
  readonly run: (waiting: ReadonlyArray<Waiting<Item, A, E>>) => Effect.Effect<ReadonlyArray<Waiting<Item, A, E>>, E>
}

/**
 * Gathers what is asked for while lanes are busy, to run it as one. There is no timer: who comes while a lane is free goes
 * at once, with whoever came at the same moment. A run that fails is told to its own items. Who is interrupted while
 * waiting leaves the queue; who is so while the run is under way is let go when it has ended.
 */
export const gather = Effect.fnUntraced(function* <Item, A, E>({ lanes, most, bound, full, run }: Options<Item, A, E>) {
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  let queue: Array<Waiting<Item, A, E>> = []
  let busy = 0

  const lane = Effect.gen(function* () {
    yield* Effect.yieldNow
    while (queue.length > 0) {
      const batch = queue.splice(0, most)
      const exit = yield* Effect.exit(run(batch))
      if (Exit.isSuccess(exit)) queue = [...exit.value, ...queue]
      else for (const { tell } of batch) tell(Effect.failCause(exit.cause))
    }
  })

  const start = () => {
    if (busy === lanes) return
    busy++
    fork(lane).addObserver(() => {
      busy--
      if (queue.length > 0) start()
    })
  }

  return (item: Item): Effect.Effect<A, E> =>
    Effect.callback<A, E>((tell) => {
      if (queue.length >= bound) return tell(full)
      let isTold = false
      let whenTold = () => {}
      const waiting: Waiting<Item, A, E> = {
        item,
        tell: (outcome) => {
          isTold = true
          tell(outcome)
          whenTold()
        }
      }
      queue.push(waiting)
      start()
      return Effect.callback<void>((resume) => {
        const left = queue.filter((other) => other !== waiting)
        const wasWaiting = left.length < queue.length
        queue = left
        if (wasWaiting || isTold) resume(Effect.void)
        else whenTold = () => resume(Effect.void)
      })
    })
})
