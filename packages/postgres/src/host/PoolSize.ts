/** Recognises pools, so that a pool is used as one without an option. */
import { Predicate } from "effect"

/** How many statements a handle runs at once. */
interface HandleSize {
  readonly concurrency: number
  /** Whether `concurrency` is the size of the pool; otherwise the pool hides its size. */
  readonly isPoolSize: boolean
}

/** The default size of the pool in every library; a smaller pool queues what exceeds its size. */
const hidden: HandleSize = { concurrency: 10, isPoolSize: false }
const single: HandleSize = { concurrency: 1, isPoolSize: false }

const sizeOf = (settings: unknown): HandleSize =>
  Predicate.hasProperty(settings, "max") && Number.isInteger(settings.max)
    ? { concurrency: Number(settings.max), isPoolSize: true }
    : hidden

/** The number of connections of a pool; 1 for a single connection or a transaction. */
export const poolSize = (handle: unknown): HandleSize => {
  // A client of Prisma, not that of its transaction.
  if (Predicate.hasProperty(handle, "$connect")) return hidden
  // A database of Kysely, not its transaction.
  if (Predicate.hasProperty(handle, "isTransaction") && handle.isTransaction === false) return hidden
  // A database of Drizzle, not its transaction.
  if (Predicate.hasProperty(handle, "$client")) return poolSize(handle.$client)
  // A pool of pg, or the `sql` of postgres.js outside a transaction.
  if (Predicate.hasProperty(handle, "totalCount") || Predicate.hasProperty(handle, "begin"))
    return sizeOf(Predicate.hasProperty(handle, "options") ? handle.options : undefined)
  // A `knex`, not its transaction.
  if (Predicate.hasProperty(handle, "client") && Predicate.hasProperty(handle.client, "pool"))
    return Predicate.isUndefined(handle.client.pool) ? single : sizeOf(handle.client.pool)
  return single
}
