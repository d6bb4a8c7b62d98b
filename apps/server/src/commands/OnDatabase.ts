/** The common parts of the commands: they run on the configured database, most of them for one organisation. */
import { Accounts, type StorageUnavailable } from "@communications/core"
import { Effect, type Terminal } from "effect"
import { Flag } from "effect/cli"
import { configuration } from "../Configuration.ts"
import * as Database from "../Database.ts"
import type { StartupFailure } from "../StartupFailure.ts"
import { CommandFailure } from "./CommandFailure.ts"

type Failure = StorageUnavailable | StartupFailure | CommandFailure | Terminal.QuitError

/** Runs a command on the configured database, after pending migrations. */
export const onDatabase = <A, R>(command: Effect.Effect<A, Failure, R>) =>
  Effect.flatMap(configuration, (configuration) => Effect.provide(command, Database.ports(configuration))).pipe(
    Effect.catchTag("StorageUnavailable", ({ message, cause }) =>
      Effect.fail(
        new CommandFailure({
          message: `Stopped because ${message}${cause instanceof Error ? ` (${cause.message})` : ""}: run the command again; it keeps the data that is already stored.`
        })
      )
    )
  )

/** A name for printing: in quotes, with control characters escaped, which could harm a terminal. */
export const quoted = (name: string): string => JSON.stringify(name)

/** The flag `--organisation`. */
export const organisationFlag = Flag.String("organisation").pipe(
  Flag.withMetavar("NAME"),
  Flag.withDescription("The name of the organisation (required)")
)

/** Finds an organisation by its name, and fails with a `CommandFailure` if it does not exist. */
export const organisationNamed = (name: string) =>
  Effect.flatMap(Accounts, (accounts) => accounts.organisation(name)).pipe(
    Effect.catchTag("OrganisationNotFound", () =>
      Effect.fail(
        new CommandFailure({
          message: `The organisation ${quoted(name)} does not exist: create it with npm run cli -- organisation create NAME, or check the name.`
        })
      )
    )
  )
