import { mkdtemp, readFile, rm, rmdir, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { PgClient } from "@effect/sql-pg"
import { PGlite } from "@electric-sql/pglite"
import { PGLiteSocketServer } from "@electric-sql/pglite-socket"
import { Effect, Schedule } from "effect"
import { lockedFolder } from "./DataFolder.ts"
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
  const make = Effect.promise(async () => {
    const path = join(await mkdtemp(join(tmpdir(), "communications-")), "postgres.sock")
    await writeFile(record, path)
    return path
  })
  return Effect.acquireRelease(Effect.andThen(removeRecorded, make), () => removeRecorded)
}

/**
 * PostgreSQL inside this process, with its data in a folder, for trials and development (decision 5). It has one
 * connection and locks the folder. It does not flush each commit to disk: a killed process loses no data, but a power
 * failure may.
 */
export const layer = (dataDir: string) =>
  PgClient.layerFrom(
    Effect.gen(function* () {
      const folder = yield* lockedFolder(dataDir)
      const db = yield* Effect.acquireRelease(
        Effect.tryPromise({
          try: () => PGlite.create(join(folder, "postgres")),
          catch: (error) =>
            new StartupFailure({ message: `The embedded database in ${folder} does not start: ${error}.` })
        }),
        (db) => Effect.promise(() => db.close())
      )
      const path = yield* socketPath(folder)
      yield* Effect.acquireRelease(
        Effect.promise(async () => {
          // The client has one connection. A closed connection counts until its statement ends. A cancel request also
          // takes a connection.
          const server = new PGLiteSocketServer({ db, path, maxConnections: 8 })
          await server.start()
          return server
        }),
        (server) => Effect.promise(() => server.stop())
      )
      const sql = yield* PgClient.make({
        path,
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
