import {
  completeCommunication,
  createCommunications,
  orThrow,
  type Ports,
  StorageUnavailable
} from "@communications/core"
import { freshCaller } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, ManagedRuntime, Redacted } from "effect"
import { hosts } from "./hosts.ts"

/** An open transaction of a host; `complete` completes a draft in it, or rejects with the library's error. */
interface Transaction {
  readonly run: (text: string) => PromiseLike<unknown>
  readonly complete: (id: string) => Promise<unknown>
}

/** Runs transactions with one library. */
interface Transactions {
  readonly transaction: (body: (transaction: Transaction) => Promise<void>) => Promise<unknown>
  readonly close: () => Promise<unknown>
}

const caller = freshCaller()
const patient = Layer.succeed(Postgres.StorageTimeout, "1 minute")
const onClient = (url: string) =>
  Layer.provideMerge(Postgres.layer, PgClient.layer({ url: Redacted.make(url) })).pipe(
    Layer.provideMerge(patient),
    Layer.orDie
  )

const libraries: ReadonlyArray<{ readonly name: string; readonly open: (url: string) => Promise<Transactions> }> = [
  ...hosts
    .filter(({ concurrency }) => concurrency > 1)
    .map(({ name, open }) => ({
      name,
      open: async (url: string): Promise<Transactions> => {
        const host = await open(url)
        return {
          transaction: (body) =>
            host.transaction(async ({ run, execute }) => {
              const { communications } = createCommunications(Layer.merge(Postgres.layerHost(execute), patient))
              const complete = async (id: string) =>
                orThrow(communications.complete({ caller, communication_identifier: { id } }))
              await body({ run, complete })
            }),
          close: host.close
        }
      }
    })),
  {
    name: "Effect, with its own SqlClient",
    open: async (url) => {
      const runtime = ManagedRuntime.make(onClient(url))
      const transaction: Transactions["transaction"] = (body) =>
        runtime.runPromise(
          Effect.flatMap(PgClient.PgClient, (sql) =>
            sql.withTransaction(
              Effect.flatMap(Effect.context<Ports>(), (context) => {
                const run = Effect.runPromiseWith(context)
                const complete = (id: string) =>
                  run(completeCommunication({ caller, communication_identifier: { id } }))
                return Effect.promise(() => body({ run: (text) => run(sql.unsafe(text)), complete }))
              })
            )
          )
        )
      return { transaction, close: () => runtime.dispose() }
    }
  }
]

/** A new database, methods that commit at once, and a function that creates a draft. */
const given = Effect.gen(function* () {
  const url = yield* freshDatabase
  yield* Effect.provide(Postgres.migrate, onClient(url))
  const { communications, contact_information, dispose } = createCommunications(onClient(url))
  yield* Effect.addFinalizer(() => Effect.promise(dispose))
  const contact = yield* Effect.promise(() =>
    orThrow(
      contact_information.create({
        ...{ caller, type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" }
      })
    )
  )
  const draft = async () => {
    const created = communications.create({
      ...{ caller, contact_information_identifier: { id: contact.id }, direction: "OUTGOING", media: "EMAIL" }
    })
    return (await orThrow(created)).id
  }
  const complete = (id: string) => orThrow(communications.complete({ caller, communication_identifier: { id } }))
  const stateOf = async (id: string) =>
    (await orThrow(communications.show({ caller, communication_identifier: { id } }))).life_cycle_state
  return { url, draft, complete, stateOf }
})

const errorOf = async (promise: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
}

/** Fails unless the error is `StorageUnavailable` for this reason and has the server's message in its cause. */
const expectUnavailable = (error: unknown, reason: StorageUnavailable["reason"], sqlState: string, message: string) => {
  if (!(error instanceof StorageUnavailable)) return assert.fail(`unexpected: ${error}`)
  assert.deepInclude(error, { reason, sqlState })
  if (!(error.cause instanceof Error)) return assert.fail(`unexpected cause: ${error.cause}`)
  assert.include(error.cause.message, message)
}

/** What the documentation shows: runs the transaction again after a conflict. */
const retrying = async ({ transaction }: Transactions, body: (transaction: Transaction) => Promise<void>) => {
  for (let attempts = 1; ; attempts++) {
    try {
      await transaction(body)
      return attempts
    } catch (error) {
      if (!(error instanceof StorageUnavailable) || error.reason !== "conflict") throw error
    }
  }
}

describe("a conflict in a transaction of the host", () => {
  for (const { name, open } of libraries) {
    it.live(`at SERIALIZABLE, keeps its SQLSTATE, and the transaction can run again (${name})`, () =>
      Effect.gen(function* () {
        const { url, draft, complete } = yield* given
        yield* Effect.promise(async () => {
          const library = await open(url)
          const [first, second] = [await draft(), await draft()]
          let attempt = 0
          const attempts = await retrying(library, async (transaction) => {
            await transaction.run("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            await transaction.run("SELECT count(*) FROM communications")
            if (attempt++ > 0) return void (await transaction.complete(second))
            await complete(first)
            const conflict = await errorOf(transaction.complete(first))
            expectUnavailable(conflict, "conflict", "40001", "could not serialize access")
            expectUnavailable(
              await errorOf(transaction.complete(second)),
              ...(["aborted", "25P02", "current transaction is aborted"] as const)
            )
            throw conflict
          })
          assert.strictEqual(attempts, 2)
          await library.close()
        })
      })
    )

    it.live(`by a deadlock, keeps its SQLSTATE, and the transaction can run again (${name})`, () =>
      Effect.gen(function* () {
        const { url, draft, stateOf } = yield* given
        yield* Effect.promise(async () => {
          const library = await open(url)
          const ids = [await draft(), await draft()] as const
          const locked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
          const conflicts: Array<unknown> = []
          const completeBoth = async (mine: 0 | 1, theirs: 0 | 1) =>
            retrying(library, async ({ run, complete }) => {
              await run(`SELECT 1 FROM communications WHERE id = '${ids[mine]}' FOR UPDATE`)
              locked[mine].resolve()
              await locked[theirs].promise
              const error = await errorOf(complete(ids[theirs]))
              if (error === undefined) return
              conflicts.push(error)
              throw error
            }).catch((error: unknown) => error)
          await Promise.all([completeBoth(0, 1), completeBoth(1, 0)])
          expectUnavailable(conflicts[0], "conflict", "40P01", "deadlock detected")
          assert.deepStrictEqual([await stateOf(ids[0]), await stateOf(ids[1])], ["COMPLETED", "COMPLETED"])
          await library.close()
        })
      })
    )
  }
})
