import { access, writeFile } from "node:fs/promises"
import { join } from "node:path"
import {
  DatabaseSchema,
  GroupCommit,
  hasTables,
  migrate,
  pendingMigrations,
  layer as storage
} from "@communications/postgres"
import { Duration, Effect, Layer, Option } from "effect"
import type { Configuration } from "./Configuration.ts"
import { commandLine } from "./commandLine.ts"
import * as Demonstration from "./demonstration/Demonstration.ts"
import * as EmbeddedDatabase from "./EmbeddedDatabase.ts"
import * as ExternalDatabase from "./ExternalDatabase.ts"
import { StartupFailure } from "./StartupFailure.ts"

/** Connects to the configured database. Its schema may be out of date. */
export const connection = ({ databaseUrl, databasePrepare, databaseSchema, dataDir }: Configuration) =>
  Layer.merge(
    Layer.succeed(DatabaseSchema, databaseSchema),
    Option.match(databaseUrl, {
      onSome: (target) => ExternalDatabase.layer(target, databasePrepare),
      onNone: () => EmbeddedDatabase.layer(dataDir)
    })
  )

/** Applies pending migrations and returns their ids and names. */
export const applyMigrations = ({ migrationTimeout }: Configuration) =>
  migrate.pipe(
    Effect.mapError(({ message }) => `The migrations failed: ${message}.`),
    Effect.timeoutOrElse({
      duration: migrationTimeout,
      orElse: () =>
        Effect.fail(
          `The migrations did not finish in ${Duration.format(migrationTimeout)}: end the sessions that lock the tables or have a long transaction (pg_stat_activity lists them), or increase MIGRATION_TIMEOUT. The next run continues.`
        )
    }),
    Effect.mapError((message) => new StartupFailure({ message }))
  )

const checkFailed = ({ message }: { readonly message: string }) =>
  new StartupFailure({ message: `The check of the schema failed: ${message}.` })

/** With `check`, no migration may be pending. With `off`, there must be tables, of any version. */
const requireSchema = Effect.fnUntraced(
  function* ({ databaseSchema, migrate }: Configuration) {
    if (!(yield* hasTables)) {
      return yield* new StartupFailure({
        message: `The schema ${databaseSchema} has no tables of this software: run ${commandLine} migrate, set MIGRATE=on, or correct DATABASE_SCHEMA.`
      })
    }
    const pending = migrate === "check" ? (yield* pendingMigrations).map(([number]) => number) : []
    const [first] = pending
    if (first === undefined) return
    const which = pending.length === 1 ? `migration ${first} is` : `migrations ${first} to ${pending.at(-1)} are`
    return yield* new StartupFailure({
      message: `The schema ${databaseSchema} is not up to date (${which} pending): run ${commandLine} migrate, or set MIGRATE=on.`
    })
  },
  Effect.catchTag("MigrationError", (error) => Effect.fail(checkFailed(error)))
)

/** Prepares the schema before anything else uses the database. */
const prepareSchema = (configuration: Configuration) =>
  configuration.migrate === "on" ? Effect.asVoid(applyMigrations(configuration)) : requireSchema(configuration)

/** The ports on the configured database, after its schema is prepared. */
export const ports = (configuration: Configuration) =>
  storage.pipe(
    Layer.provide(Layer.succeed(GroupCommit, configuration.groupCommit)),
    Layer.provideMerge(Layer.effectDiscard(prepareSchema(configuration))),
    Layer.provideMerge(connection(configuration))
  )

/** Stores the demonstration data. */
export const seed = Effect.mapError(
  Demonstration.seed,
  ({ message }) => new StartupFailure({ message: `The demonstration data cannot be stored: ${message}.` })
)

/** Stores the demonstration data on the first start with a data folder, so that later starts keep the user's changes. */
const seedOnce = (dataDir: string) => {
  const marker = join(dataDir, "demonstration-data-was-stored")
  const isMarked = Effect.promise(() =>
    access(marker).then(
      () => true,
      () => false
    )
  )
  const mark = Effect.promise(() => writeFile(marker, ""))
  return Layer.effectDiscard(Effect.flatMap(isMarked, (done) => (done ? Effect.void : Effect.andThen(seed, mark))))
}

/** The ports of the server. An embedded database also gets the demonstration data. */
export const layer = (configuration: Configuration) =>
  Option.isSome(configuration.databaseUrl)
    ? ports(configuration)
    : seedOnce(configuration.dataDir).pipe(Layer.provideMerge(ports(configuration)))
