/** Recognises pools, so that a pool is used as one without an option. */
import { Predicate } from "effect"

/** The size of a pool that hides it. It is the default of every library; a smaller pool queues what exceeds its size. */
const defaultSize = 10

const sizeOf = (settings: unknown): number =>
  Predicate.hasProperty(settings, "max") && Number.isInteger(settings.max) ? Number(settings.max) : defaultSize

/** The number of connections of a pool; 1 for a single connection or a transaction. */
export const poolSize = (handle: unknown): number => {
  // A client of Prisma, not that of its transaction.
  if (Predicate.hasProperty(handle, "$connect")) return defaultSize
  // A database of Kysely, not its transaction.
  if (Predicate.hasProperty(handle, "isTransaction") && handle.isTransaction === false) return defaultSize
  // A database of Drizzle, not its transaction.
  if (Predicate.hasProperty(handle, "$client")) return poolSize(handle.$client)
  // A pool of pg, or the `sql` of postgres.js outside a transaction.
  if (Predicate.hasProperty(handle, "totalCount") || Predicate.hasProperty(handle, "begin"))
    return sizeOf(Predicate.hasProperty(handle, "options") ? handle.options : undefined)
  // A `knex`, not its transaction.
  if (Predicate.hasProperty(handle, "client") && Predicate.hasProperty(handle.client, "pool"))
    return Predicate.isUndefined(handle.client.pool) ? 1 : sizeOf(handle.client.pool)
  return 1
}
