/** The ports on hosts, each with a database of its own. */
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Exit, Layer, Redacted, String } from "effect"
import type { Host, OpenHost, Transaction } from "./hosts.ts"

export type Ports = Layer.Success<ReturnType<typeof Postgres.layerHost>>

/** A host that is connected to a new database, in which it has the table `host_orders`. */
export class TheHost extends Context.Service<TheHost, OpenHost>()("TheHost") {}

export const connected = ({ open }: Host, url: string) =>
  Effect.acquireRelease(
    Effect.promise(() => open(url)),
    ({ close }) => Effect.promise(close)
  )

export const opened = (host: Host) =>
  Layer.effect(
    TheHost,
    Effect.tap(
      Effect.flatMap(freshDatabase, (url) => connected(host, url)),
      ({ execute }) => Effect.promise(() => execute("CREATE TABLE host_orders (id text PRIMARY KEY)", []))
    )
  )

/** Runs a program in a transaction of the host, which the host then ends; if the program fails, by ROLLBACK. */
export const inTransaction = Effect.fnUntraced(function* <A, E, R>(
  ending: "COMMIT" | "ROLLBACK",
  program: (transaction: Transaction) => Effect.Effect<A, E, R | Ports>
) {
  const { transaction } = yield* TheHost
  const run = Effect.runPromiseExitWith(yield* Effect.context<Exclude<R, Ports>>())
  const rolledBack = new Error("rolled back")
  let exit: Exit.Exit<A, E> = Exit.die(new Error("the transaction never began"))
  const body = async (handle: Transaction) => {
    exit = await run(Effect.provide(program(handle), Postgres.layerHost(handle.execute)))
    if (ending === "ROLLBACK" || Exit.isFailure(exit)) throw rolledBack
  }
  yield* Effect.promise(() =>
    transaction(body).catch((error) => {
      if (error !== rolledBack) throw error
    })
  )
  return yield* exit
})

/** The host with our tables, and the ports on its handle outside a transaction. */
export const migrated = (host: Host) =>
  Layer.unwrap(
    Effect.gen(function* () {
      yield* inTransaction("COMMIT", () => Postgres.migrate)
      const { execute } = yield* TheHost
      return Postgres.layerHost(execute)
    })
  ).pipe(
    Layer.provide(Layer.succeed(Postgres.PasswordCost, 4)),
    Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
    Layer.provideMerge(opened(host))
  )

/** A client that renames columns. */
const renamingClient = Effect.flatMap(freshDatabase, (url) =>
  PgClient.make({
    ...{ url: Redacted.make(url), transformResultNames: String.snakeToCamel, transformQueryNames: String.camelToSnake }
  })
)
export const effectHost = Postgres.layer.pipe(
  Layer.provide(Layer.succeed(Postgres.PasswordCost, 4)),
  Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
  Layer.provideMerge(PgClient.layerFrom(renamingClient))
)
