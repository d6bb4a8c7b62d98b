import { access, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { GroupCommit, migrate, layer as storage } from "@communications/postgres"
import { Duration, Effect, Layer, Option } from "effect"
import type { Configuration } from "./Configuration.ts"
import * as Demonstration from "./demonstration/Demonstration.ts"
import * as EmbeddedDatabase from "./EmbeddedDatabase.ts"
import * as ExternalDatabase from "./ExternalDatabase.ts"
import { StartupFailure } from "./StartupFailure.ts"

/** The database that the configuration names, as it is. */
export const connection = ({ databaseUrl, dataDir }: Configuration) =>
  Option.match(databaseUrl, { onSome: ExternalDatabase.layer, onNone: () => EmbeddedDatabase.layer(dataDir) })

/** Brings the schema up to date before anything else uses the database, and tells what that took. */
export const migrated = ({ migrationTimeout }: Configuration) =>
  migrate.pipe(
    Effect.mapError(({ message }) => `: ${message}`),
    Effect.timeoutOrElse({
      duration: migrationTimeout,
      orElse: () =>
        Effect.fail(
          ` in ${Duration.format(migrationTimeout)}: see whether something holds a lock on communications_migrations, or set MIGRATION_TIMEOUT to more`
        )
    }),
    Effect.mapError(
      (why) => new StartupFailure({ message: `The schema of the database cannot be brought up to date${why}.` })
    )
  )

/** The ports, on the database that the configuration names, ready for use. */
export const ports = (configuration: Configuration) =>
  storage.pipe(
    Layer.provide(Layer.succeed(GroupCommit, configuration.groupCommit)),
    Layer.provideMerge(Layer.effectDiscard(migrated(configuration))),
    Layer.provideMerge(connection(configuration))
  )

/** Stores the demonstration data. */
export const seeded = Effect.mapError(
  Demonstration.seed,
  ({ message }) => new StartupFailure({ message: `The demonstration data cannot be stored: ${message}.` })
)

/** Stores the demonstration data once in the life of a data folder: what the user did to it since then stays. */
const seededOnce = (dataDir: string) => {
  const marker = join(dataDir, "demonstration-data-was-stored")
  const isMarked = Effect.promise(() =>
    access(marker).then(
      () => true,
      () => false
    )
  )
  const mark = Effect.promise(() => writeFile(marker, ""))
  return Layer.effectDiscard(Effect.flatMap(isMarked, (done) => (done ? Effect.void : Effect.andThen(seeded, mark))))
}

/** What the server works with: the ports; an embedded database has the demonstration data. */
export const layer = (configuration: Configuration) =>
  Option.isSome(configuration.databaseUrl)
    ? ports(configuration)
    : seededOnce(configuration.dataDir).pipe(Layer.provideMerge(ports(configuration)))
