import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
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
      const socket = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "communications-"))),
        (socket) => Effect.promise(() => rm(socket, { recursive: true, force: true }))
      )
      const path = join(socket, "postgres.sock")
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
