import { Cause, Effect, Exit } from "effect"

/** An item without a result yet. */
interface Pending<Item, A, E> {
  readonly item: Item
  /** How long the caller waits for the result, in milliseconds. */
  readonly limit: number
  /** Passes the result to the caller; only the first call has an effect. */
  readonly resolve: (outcome: Effect.Effect<A, E>) => void
}

interface Options<Item, A, E> {
  /** How many lanes there are, in total and for one key. A lane runs one batch at a time. */
  readonly lanes: number
  readonly lanesPerKey: number
  /** A batch takes `halveAbove` waiting items, or half of them if that is more, but at most `maxBatch`. */
  readonly maxBatch: number
  readonly halveAbove: number
  /** How many items may wait; the next one fails as `overloaded`. */
  readonly maxWaiting: number
  readonly overloaded: Effect.Effect<never, E>
  /** The failure of an item whose time limit has passed. */
  readonly timedOut: Effect.Effect<never, E>
  /** Runs items of one key and returns their results in the same order; `limit` is their longest limit, in ms. */
  readonly run: (items: ReadonlyArray<Item>, limit: number) => Effect.Effect<ReadonlyArray<A>, E>
}

/**
 * Makes a function that runs items in batches; all items of a batch have the same key (decision 10). There is no timer:
 * if a lane is free, an item starts at once, together with items that arrive in the same turn of the event loop.
 * Otherwise it waits in the queue of its key, and keys take turns. If a batch fails, all of its items fail; if it fails
 * with a defect, each item runs again in its own batch. Interrupting an item removes it from the queue; once its batch
 * is running, the caller waits for the batch to end. After its time limit an item fails, whether or not it has been
 * run.
 */
export const makeBatcher = Effect.fnUntraced(function* <Item, A, E>(options: Options<Item, A, E>) {
  const { lanes, lanesPerKey, maxBatch, halveAbove, maxWaiting, overloaded, timedOut, run } = options
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  /** The waiting items of each key, in the order in which keys take turns. */
  const queues = new Map<string, Set<Pending<Item, A, E>>>()
  /** The key of each lane that runs. */
  const occupied: Array<string> = []
  let waiting = 0

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
    const batch = [...queue].slice(0, Math.min(maxBatch, Math.max(halveAbove, Math.ceil(queue.size / 2))))
    for (const pending of batch) remove(key, pending)
    if (queues.delete(key)) queues.set(key, queue)
    return batch
  }

  const mayOccupy = (key: string): boolean => occupied.filter((one) => one === key).length < lanesPerKey

  const nextKey = (): string | undefined => {
    for (const key of queues.keys()) if (mayOccupy(key)) return key
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
      occupied.splice(occupied.indexOf(key), 1)
      key = nextKey()
      if (key !== undefined) occupied.push(key)
    }
  })

  const start = (key: string) => {
    if (occupied.length === lanes || !mayOccupy(key)) return
    occupied.push(key)
    fork(lane(key))
  }

  return (key: string, item: Item, limit: number): Effect.Effect<A, E> =>
    Effect.callback<A, E>((resume) => {
      if (waiting >= maxWaiting) return resume(overloaded)
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
