import { access, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { GroupCommit, migrate, layer as ports } from "@communications/postgres"
import { Duration, Effect, Layer, Option } from "effect"
import type { Configuration } from "./Configuration.ts"
import * as Demonstration from "./demonstration/Demonstration.ts"
import * as EmbeddedDatabase from "./EmbeddedDatabase.ts"
import * as ExternalDatabase from "./ExternalDatabase.ts"
import { StartupFailure } from "./StartupFailure.ts"

/** Brings the schema up to date before anything else uses the database. */
const migrated = (timeout: Duration.Duration) =>
  Layer.effectDiscard(
    migrate.pipe(
      Effect.mapError(({ message }) => `: ${message}`),
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () =>
          Effect.fail(
            ` in ${Duration.format(timeout)}: see whether something holds a lock on communications_migrations, or set MIGRATION_TIMEOUT to more`
          )
      }),
      Effect.mapError(
        (why) => new StartupFailure({ message: `The schema of the database cannot be brought up to date${why}.` })
      )
    )
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

/** The ports, on the database that the configuration names, ready for use. */
export const layer = ({ databaseUrl, dataDir, migrationTimeout, groupCommit }: Configuration) =>
  Option.match(databaseUrl, {
    onSome: (url) =>
      ports.pipe(Layer.provideMerge(migrated(migrationTimeout)), Layer.provide(ExternalDatabase.layer(url))),
    onNone: () =>
      seededOnce(dataDir).pipe(
        Layer.provideMerge(ports),
        Layer.provideMerge(migrated(migrationTimeout)),
        Layer.provide(EmbeddedDatabase.layer(dataDir))
      )
  }).pipe(Layer.provide(Layer.succeed(GroupCommit, groupCommit)))
