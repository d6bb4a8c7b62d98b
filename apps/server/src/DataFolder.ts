import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Effect, Predicate } from "effect"
import { StartupFailure } from "./StartupFailure.ts"

/** Makes a folder and its parents. Node's `recursive` option is no alternative: below /proc it loops for ever. */
const makeFolder = (folder: string): void => {
  const parent = dirname(folder)
  if (parent !== folder && !existsSync(parent)) makeFolder(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

/**
 * Lets only the user of this process enter a folder, and so read what is in it, whatever its files allow. The owner of a
 * folder can always enter it, so a folder of another user is refused, as PostgreSQL does.
 */
const makePrivate = (folder: string): void => {
  if (process.getuid !== undefined && statSync(folder).uid !== process.getuid()) {
    throw new Error("it belongs to another user")
  }
  chmodSync(folder, 0o700)
}

/**
 * Locks a folder with an exclusive transaction on an empty SQLite database, which stays open. This is a lock of the
 * kernel: it also works across containers that mount the same folder, and the kernel releases it even if the process is
 * killed.
 */
const lockFolder = (folder: string): DatabaseSync => {
  makeFolder(folder)
  const entries = readdirSync(folder)
  if (entries.length > 0 && !entries.includes("lock.sqlite") && !entries.includes("postgres")) {
    throw new Error("it contains other files")
  }
  makePrivate(folder)
  const lock = new DatabaseSync(join(folder, "lock.sqlite"), { timeout: 1000 })
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
    return lock
  } catch (error) {
    lock.close()
    throw error
  }
}

const SQLITE_BUSY = 5

/** The error message if the lock cannot be acquired. */
const explain = (folder: string, error: unknown): string => {
  if (Predicate.hasProperty(error, "errcode") && error.errcode === SQLITE_BUSY) {
    return `The data folder ${folder} is in use by another process: stop that process, set DATA_DIR to another folder, or set DATABASE_URL to a PostgreSQL server, which several processes can use.`
  }
  const reason = error instanceof Error ? error.message : String(error)
  return `The data folder ${folder} cannot be used (${reason}): set DATA_DIR to another folder.`
}

/**
 * Locks a data folder until the scope closes, and returns its absolute path. The embedded database has no lock: two
 * processes on the same folder would overwrite each other's data.
 */
export const lockedFolder = (path: string) => {
  const folder = resolve(path)
  return Effect.acquireRelease(
    Effect.try({
      try: () => lockFolder(folder),
      catch: (error) => new StartupFailure({ message: explain(folder, error) })
    }),
    (lock) => Effect.sync(() => lock.close())
  ).pipe(Effect.as(folder))
}
