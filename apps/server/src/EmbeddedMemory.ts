import { totalmem } from "node:os"
import { Effect } from "effect"
import { StartupFailure } from "./StartupFailure.ts"

const mebibyte = 1_048_576

/** What the first start of the embedded database takes, in MiB. */
const needed = 700

/** The memory of this machine or, if it is smaller, the limit of its container, in MiB. */
const memory = (): number => {
  const limit = process.constrainedMemory()
  return Math.floor(Math.min(totalmem(), limit === 0 ? Number.POSITIVE_INFINITY : limit) / mebibyte)
}

/** Fails if the memory is too small to create an embedded database: the system would kill the process. */
export const requireMemory = Effect.suspend(() => {
  const found = memory()
  if (found >= needed) return Effect.void
  return Effect.fail(
    new StartupFailure({
      message: `The embedded database needs ${needed} MB of memory, and there are ${found} MB: allow more, or set DATABASE_URL to a PostgreSQL server.`
    })
  )
})
