import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Effect, Predicate } from "effect"
import { StartupFailure } from "./StartupFailure.ts"

const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && Predicate.isString(error.code) ? error.code : ""

/** Whether a process of that id runs; one that is not ours to signal does. */
const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === "EPERM"
  }
}

/** Takes the lock; a lock that its process left behind when it was killed is taken over. */
const take = async (folder: string): Promise<StartupFailure | undefined> => {
  const lock = join(folder, "lock")
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx" })
      return
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error
    }
    const holder = Number(await readFile(lock, "utf8"))
    if (holder !== process.pid && holder > 0 && runs(holder)) {
      return new StartupFailure({
        message: `The data folder ${folder} is in use by process ${holder}: stop that one first, or set DATA_DIR to another folder.`
      })
    }
    await rm(lock, { force: true })
  }
  return new StartupFailure({ message: `The data folder ${folder} is being taken by another process.` })
}

/**
 * A data folder that no other process uses until the scope closes. The embedded database has no lock of its own, and
 * two processes on one folder would overwrite each other's data.
 */
export const lockedFolder = (path: string) => {
  const folder = resolve(path)
  return Effect.acquireRelease(
    Effect.tryPromise({
      try: () => take(folder),
      catch: (error) =>
        new StartupFailure({
          message: `The data folder ${folder} cannot be used (${codeOf(error)}): set DATA_DIR to another.`
        })
    }).pipe(Effect.flatMap((failure) => (failure === undefined ? Effect.succeed(folder) : Effect.fail(failure)))),
    () => Effect.promise(() => rm(join(folder, "lock"), { force: true }))
  )
}
