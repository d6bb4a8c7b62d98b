/** What the commands have in common: they run on the configured database, for an organisation by its name. */
import { Accounts, type StorageUnavailable } from "@communications/core"
import { Effect, type Terminal } from "effect"
import { Flag } from "effect/cli"
import { configuration } from "../Configuration.ts"
import * as Database from "../Database.ts"
import type { StartupFailure } from "../StartupFailure.ts"
import { CommandFailure } from "./CommandFailure.ts"

type Failure = StorageUnavailable | StartupFailure | CommandFailure | Terminal.QuitError

/** Runs a command on the database that the configuration names, once its schema is up to date. */
export const onDatabase = <A, R>(command: Effect.Effect<A, Failure, R>) =>
  Effect.flatMap(configuration, (configuration) => Effect.provide(command, Database.ports(configuration))).pipe(
    Effect.catchTag("StorageUnavailable", ({ message }) =>
      Effect.fail(
        new CommandFailure({ message: `Stopped, since ${message}: run the same command again, what is stored stays.` })
      )
    )
  )

/** A name as it is shown: quoted, and harmless to a terminal. */
export const quoted = (name: string): string => JSON.stringify(name)

/** The flag that names the organisation. */
export const organisationFlag = Flag.String("organisation").pipe(
  Flag.withMetavar("NAME"),
  Flag.withDescription("The organisation (mandatory)")
)

/** The organisation of that name. */
export const organisationNamed = (name: string) =>
  Effect.flatMap(Accounts, (accounts) => accounts.organisation(name)).pipe(
    Effect.catchTag("OrganisationNotFound", () =>
      Effect.fail(
        new CommandFailure({
          message: `There is no organisation ${quoted(name)}: check the name, or create it with organisation create.`
        })
      )
    )
  )
