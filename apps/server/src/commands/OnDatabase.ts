/** The common parts of the commands: they run on the configured database, most of them for one organisation. */
import { Accounts, type StorageUnavailable, type UserNotFound } from "@communications/core"
import { sqlStateOf } from "@communications/postgres"
import { Effect, type Terminal } from "effect"
import { Flag } from "effect/cli"
import { configuration } from "../Configuration.ts"
import { commandLine } from "../commandLine.ts"
import * as Database from "../Database.ts"
import type { StartupFailure } from "../StartupFailure.ts"
import { CommandFailure } from "./CommandFailure.ts"

/** The expected failures of a command on the database. */
export type Failure = StorageUnavailable | StartupFailure | CommandFailure | Terminal.QuitError

/** Whether a defect is a statement that PostgreSQL refused; its message has PostgreSQL's, and what to do. */
const isRefusedStatement = (defect: unknown): defect is Error =>
  defect instanceof Error && sqlStateOf(defect.cause) !== null

/** Runs a command on the configured database, after pending migrations. */
export const onDatabase = <A, R>(command: Effect.Effect<A, Failure, R>) =>
  Effect.flatMap(configuration, (configuration) => Effect.provide(command, Database.ports(configuration))).pipe(
    Effect.catchDefect((defect) =>
      isRefusedStatement(defect)
        ? Effect.fail(new CommandFailure({ message: `The database refused ${defect.message}.` }))
        : Effect.die(defect)
    ),
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
          message: `The organisation ${quoted(name)} does not exist: create it with ${commandLine} organisation create NAME, or check the name.`
        })
      )
    )
  )

/** Fails with a `CommandFailure` if an organisation, named here, does not have the user. */
export const withUser =
  (organisation: string) =>
  <A, R>(command: Effect.Effect<A, Failure | UserNotFound, R>) =>
    Effect.catchTag(command, "UserNotFound", ({ username }) =>
      Effect.fail(
        new CommandFailure({
          message: `${quoted(organisation)} has no user ${quoted(username)}: list its users with ${commandLine} user list, or check the name.`
        })
      )
    )

/** A number of sessions, in words. */
export const sessionsOf = (count: number): string => (count === 1 ? "1 session" : `${count} sessions`)
