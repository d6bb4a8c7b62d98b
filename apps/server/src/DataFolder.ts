import { existsSync, mkdirSync, readdirSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Effect, Predicate } from "effect"
import { StartupFailure } from "./StartupFailure.ts"

/** Makes a folder and those above it; where one cannot be made, Node's `recursive` may try for ever (below /proc). */
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
 * Takes the lock of a folder: an exclusive transaction on an empty SQLite database, which never ends. The kernel holds
 * it for this process, wherever else the folder is mounted, and releases it however the process ends.
 */
const take = (folder: string): DatabaseSync => {
  makeFolder(folder)
  const entries = readdirSync(folder)
  if (entries.length > 0 && !entries.includes("lock.sqlite") && !entries.includes("postgres")) {
    throw new Error("there is something else in it")
  }
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

/** What is told where the lock cannot be taken. */
const explain = (folder: string, error: unknown): string => {
  if (Predicate.hasProperty(error, "errcode") && error.errcode === SQLITE_BUSY) {
    return `The data folder ${folder} is in use by another process: stop that one first, or set DATABASE_URL to a PostgreSQL, which many may use, or DATA_DIR to another folder.`
  }
  const reason = error instanceof Error ? error.message : String(error)
  return `The data folder ${folder} cannot be used (${reason}): set DATA_DIR to another.`
}

/**
 * A data folder that no other process uses until the scope closes. The embedded database has no lock of its own, and
 * two processes on one folder would overwrite each other's data.
 */
export const lockedFolder = (path: string) => {
  const folder = resolve(path)
  return Effect.acquireRelease(
    Effect.try({
      try: () => take(folder),
      catch: (error) => new StartupFailure({ message: explain(folder, error) })
    }),
    (lock) => Effect.sync(() => lock.close())
  ).pipe(Effect.as(folder))
}
