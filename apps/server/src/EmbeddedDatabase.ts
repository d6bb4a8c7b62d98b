import { existsSync } from "node:fs"
import { mkdtemp, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, extname, join } from "node:path"
import { setFlagsFromString } from "node:v8"
import { Worker } from "node:worker_threads"
import { PgClient } from "@effect/sql-pg"
import { Deferred, Effect, Schedule } from "effect"
import { lockedFolder } from "./DataFolder.ts"
import { requireMemory } from "./EmbeddedMemory.ts"
import type { EmbeddedPostgresData, EmbeddedPostgresReport } from "./EmbeddedPostgres.ts"
import { EmbeddedSocket } from "./EmbeddedSocket.ts"
import { StartupFailure } from "./StartupFailure.ts"

/** Replaces the checkpointer and autovacuum: an embedded PostgreSQL has no background processes. */
const maintain = (sql: PgClient.PgClient) =>
  Effect.andThen(sql`CHECKPOINT`, sql`VACUUM (ANALYZE)`).pipe(
    Effect.ignore({ log: "Warn" }),
    Effect.schedule(Schedule.spaced("5 minutes"))
  )

/**
 * Makes a temporary folder for the socket, because the path of the data folder may be too long for one. A file in the
 * data folder records the path, so that the next start can remove the socket of a killed process.
 */
const socketPath = (folder: string) => {
  const record = join(folder, "socket")
  const removeRecorded = Effect.tryPromise(async () => {
    const path = await readFile(record, "utf8")
    await rm(path, { force: true })
    await rmdir(dirname(path))
    await rm(record)
  }).pipe(Effect.ignore) // the record or the temporary folder does not exist
  const make = Effect.tryPromise({
    try: async () => {
      const path = join(await mkdtemp(join(tmpdir(), "communications-")), "postgres.sock")
      await writeFile(record, path)
      return path
    },
    catch: failureIn(folder)
  })
  return Effect.acquireRelease(Effect.andThen(removeRecorded, make), () => removeRecorded)
}

const failureIn = (folder: string) => (error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error)
  return new StartupFailure({
    message: `The embedded database in ${folder} does not start (${reason}): make room for it, or set DATA_DIR or DATABASE_URL.`
  })
}

/** The program of the thread, a neighbour of this file: a source or, in the package, what was compiled from it. */
const threadProgram = new URL(`./EmbeddedPostgres${extname(import.meta.filename)}`, import.meta.url)

/** V8 would compile PostgreSQL a second time, for speed, which takes half a gigabyte. */
const saveMemory = Effect.sync(() => {
  for (const flag of ["--no-wasm-tier-up", "--no-wasm-dynamic-tiering"]) setFlagsFromString(flag)
})

/**
 * Runs PostgreSQL in a thread until the scope closes. If PostgreSQL panics, for instance on a full disk, its thread may
 * be busy for ever, while this one still responds to requests and signals: then the thread is ended by force.
 */
const postgres = Effect.fnUntraced(function* (workerData: EmbeddedPostgresData) {
  const ready = yield* Deferred.make<void, string>()
  const failed = yield* Deferred.make<string>()
  const exited = yield* Deferred.make<void>()
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      const thread = new Worker(threadProgram, { workerData })
      const fail = (reason: string) => {
        Deferred.doneUnsafe(ready, Effect.fail(reason))
        Deferred.doneUnsafe(failed, Effect.succeed(reason))
      }
      thread.on("message", (report: EmbeddedPostgresReport) => {
        if (report._tag === "Failed") fail(report.reason)
        else Deferred.doneUnsafe(ready, Effect.void)
      })
      thread.once("error", (error) => fail(String(error)))
      thread.once("exit", () => {
        fail("its thread ended")
        Deferred.doneUnsafe(exited, Effect.void)
      })
      return thread
    }),
    (thread) =>
      Effect.sync(() => thread.postMessage("stop")).pipe(
        Effect.andThen(Deferred.await(exited)),
        Effect.timeoutOrElse({
          duration: "3 seconds",
          orElse: () => Effect.promise(() => thread.terminate())
        })
      )
  )
  yield* Deferred.await(ready)
  yield* Effect.forkScoped(
    Effect.flatMap(Deferred.await(failed), (reason) =>
      Effect.logError(`The embedded database has stopped (${reason}): make room for it, and restart the server`)
    )
  )
})

/** Creates the data in another folder first, so that no start finds half of it. */
const createData = Effect.fnUntraced(function* (data: string, path: string) {
  const unfinished = `${data}.new`
  yield* Effect.promise(() => rm(unfinished, { recursive: true, force: true }))
  if (existsSync(data)) return
  yield* requireMemory
  yield* Effect.scoped(postgres({ folder: unfinished, path })).pipe(
    Effect.andThen(Effect.tryPromise(() => rename(unfinished, data))),
    Effect.onError(() => Effect.promise(() => rm(unfinished, { recursive: true, force: true })))
  )
})

/**
 * PostgreSQL inside this process, with its data in a folder, for trials and development (decision 5). It has one
 * connection and locks the folder. It does not flush each commit to disk: a killed process loses no data, but a power
 * failure may.
 */
export const layer = (dataDir: string) =>
  PgClient.layerFrom(
    Effect.gen(function* () {
      const folder = yield* lockedFolder(dataDir)
      const path = yield* socketPath(folder)
      const data = join(folder, "postgres")
      yield* saveMemory
      yield* createData(data, path).pipe(
        Effect.andThen(postgres({ folder: data, path })),
        Effect.mapError((error) => (error instanceof StartupFailure ? error : failureIn(folder)(error)))
      )
      const sql = yield* PgClient.make({
        stream: () => new EmbeddedSocket().connect({ path }),
        ssl: false,
        username: "postgres",
        database: "postgres",
        maxConnections: 1,
        prepare: false
      }).pipe(Effect.orDie)
      yield* Effect.forkScoped(Effect.delay(maintain(sql), "5 minutes"))
      return sql
    })
  )
