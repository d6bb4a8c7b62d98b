import { mkdtemp, readFile, rm, rmdir, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { PgClient } from "@effect/sql-pg"
import { PGlite } from "@electric-sql/pglite"
import { PGLiteSocketServer } from "@electric-sql/pglite-socket"
import { Effect, Schedule } from "effect"
import { lockedFolder } from "./DataFolder.ts"
import { StartupFailure } from "./StartupFailure.ts"

/** What an embedded PostgreSQL has no background process for. */
const upkeep = (sql: PgClient.PgClient) =>
  Effect.andThen(sql`CHECKPOINT`, sql`VACUUM (ANALYZE)`).pipe(
    Effect.ignore({ log: "Warn" }),
    Effect.schedule(Schedule.spaced("5 minutes"))
  )

/**
 * Where the socket is: in a temporary folder, since the data folder's path may be too long for one. A note in the data
 * folder says which, so that the next start removes what a killed process left.
 */
const socketPath = (folder: string) => {
  const note = join(folder, "socket")
  const removeNoted = Effect.tryPromise(async () => {
    const path = await readFile(note, "utf8")
    await rm(path, { force: true })
    await rmdir(dirname(path))
    await rm(note)
  }).pipe(Effect.ignore) // there is no note, or what it names is gone
  const make = Effect.promise(async () => {
    const path = join(await mkdtemp(join(tmpdir(), "communications-")), "postgres.sock")
    await writeFile(note, path)
    return path
  })
  return Effect.acquireRelease(Effect.andThen(removeNoted, make), () => removeNoted)
}

/**
 * PostgreSQL inside this process, its data in a folder: for trying things out and for development. It has one
 * connection, takes a lock on the folder, and does not force each commit to the disk: a killed process loses nothing,
 * a power cut may.
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
          const server = new PGLiteSocketServer({ db, path, maxConnections: 1 })
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
      yield* Effect.forkScoped(Effect.delay(upkeep(sql), "5 minutes"))
      return sql
    })
  )
