import { Cause, Effect, Exit } from "effect"

/** An item that waits for its result. */
interface Pending<Item, A, E> {
  readonly item: Item
  /** For how long, in milliseconds. */
  readonly limit: number
  /** Ends the waiting; only the first call counts. */
  readonly resolve: (outcome: Effect.Effect<A, E>) => void
}

interface Options<Item, A, E> {
  /** How many batches may run at once: altogether, and of one key. */
  readonly lanes: number
  readonly lanesPerKey: number
  /** How many items a batch has at most; of more than `halveAbove` it leaves half for the next one of the same key. */
  readonly most: number
  readonly halveAbove: number
  /** How many items may wait; a further one fails as `overloaded`. */
  readonly bound: number
  readonly overloaded: Effect.Effect<never, E>
  /** How an item fails whose time limit has passed. */
  readonly timedOut: Effect.Effect<never, E>
  /** Runs items of one key, and returns their results by position; `limit` is the longest of theirs, in milliseconds. */
  readonly run: (items: ReadonlyArray<Item>, limit: number) => Effect.Effect<ReadonlyArray<A>, E>
}

/**
 * Runs items in batches, each of one key. There is no timer: an item whose key has a free lane starts at once, together
 * with those that came in the same moment; the others wait for a lane, and keys take turns. If a batch fails, all of its
 * items fail; if it fails with a defect, each of them is run again by itself. An interrupted item leaves the queue; once
 * its batch is running, its caller waits for the batch to end. An item waits no longer than its limit, and may or may not
 * have been run then.
 */
export const batching = Effect.fnUntraced(function* <Item, A, E>(options: Options<Item, A, E>) {
  const { lanes, lanesPerKey, most, halveAbove, bound, overloaded, timedOut, run } = options
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  /** The waiting items of each key; the key whose turn is next comes first. */
  const queues = new Map<string, Set<Pending<Item, A, E>>>()
  /** How many lanes each key has. */
  const busy = new Map<string, number>()
  let [waiting, running] = [0, 0]

  const enqueue = (key: string, pending: Pending<Item, A, E>) => {
    const queue = queues.get(key) ?? new Set()
    queues.set(key, queue.add(pending))
    waiting++
  }

  const remove = (key: string, pending: Pending<Item, A, E>): boolean => {
    const queue = queues.get(key)
    if (!queue?.delete(pending)) return false
    waiting--
    if (queue.size === 0) queues.delete(key)
    return true
  }

  const takeBatch = (key: string): ReadonlyArray<Pending<Item, A, E>> => {
    const queue = queues.get(key) ?? new Set()
    const batch = [...queue].slice(0, Math.min(most, Math.max(halveAbove, Math.ceil(queue.size / 2))))
    for (const pending of batch) remove(key, pending)
    if (queues.delete(key)) queues.set(key, queue)
    return batch
  }

  const hasLane = (key: string): boolean => (busy.get(key) ?? 0) < lanesPerKey
  const occupy = (key: string) => busy.set(key, (busy.get(key) ?? 0) + 1)
  const free = (key: string) => {
    const others = (busy.get(key) ?? 0) - 1
    if (others === 0) busy.delete(key)
    else busy.set(key, others)
  }

  const nextKey = (): string | undefined => {
    for (const key of queues.keys()) if (hasLane(key)) return key
  }

  const runBatch = (batch: ReadonlyArray<Pending<Item, A, E>>): Effect.Effect<void> => {
    const limit = Math.max(...batch.map(({ limit }) => limit))
    return Effect.flatMap(
      Effect.exit(
        Effect.suspend(() =>
          run(
            batch.map(({ item }) => item),
            limit
          )
        )
      ),
      (exit): Effect.Effect<void> => {
        if (Exit.isFailure(exit) && batch.length > 1 && Cause.hasDies(exit.cause)) {
          return Effect.forEach(batch, (pending) => runBatch([pending]), { discard: true })
        }
        for (const [index, { resolve }] of batch.entries()) {
          if (Exit.isFailure(exit)) resolve(Effect.failCause(exit.cause))
          else for (const result of exit.value.slice(index, index + 1)) resolve(Effect.succeed(result))
        }
        return Effect.void
      }
    )
  }

  const lane = Effect.fnUntraced(function* (first: string) {
    yield* Effect.yieldNow
    for (let key: string | undefined = first; key !== undefined; ) {
      const batch = takeBatch(key)
      if (batch.length > 0) yield* runBatch(batch)
      free(key)
      key = nextKey()
      if (key !== undefined) occupy(key)
    }
  })

  const start = (key: string) => {
    if (running === lanes || !hasLane(key)) return
    running++
    occupy(key)
    fork(lane(key)).addObserver(() => {
      running--
      const next = nextKey()
      if (next !== undefined) start(next)
    })
  }

  return (key: string, item: Item, limit: number): Effect.Effect<A, E> =>
    Effect.callback<A, E>((resume) => {
      if (waiting >= bound) return resume(overloaded)
      let isResolved = false
      let whenResolved = () => {}
      const resolve = (outcome: Effect.Effect<A, E>) => {
        clearTimeout(timer)
        isResolved = true
        resume(outcome)
        whenResolved()
      }
      const pending: Pending<Item, A, E> = { item, limit, resolve }
      const timer = setTimeout(() => {
        remove(key, pending)
        resolve(timedOut)
      }, limit)
      enqueue(key, pending)
      start(key)
      return Effect.callback<void>((resume) => {
        if (remove(key, pending)) clearTimeout(timer)
        else if (!isResolved) {
          whenResolved = () => resume(Effect.void)
          return
        }
        resume(Effect.void)
      })
    })
})
