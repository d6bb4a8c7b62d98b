/** How much of the connection pool each kind of work may use, so that a flood of one kind does not stop the others. */
import type { PortMethod } from "@communications/core"
import { Context, Effect, Layer, PartitionedSemaphore } from "effect"
import type { SqlClient } from "effect/sql"
import { makeConnectionCount } from "./CountConnections.ts"
import { Concurrency, makeMatchAnyTransaction } from "./Transactions.ts"

/** The kinds of work. Subscriptions, of which each runs one statement at a time, and readiness are not bounded. */
const kinds = ["lists", "reads", "creations", "steps", "sessions", "log-ins"] as const

const kindOf: { readonly [Method in PortMethod]?: (typeof kinds)[number] } = {
  "Communications.list": "lists",
  "ContactInformations.list": "lists",
  "Communications.find": "reads",
  "Communications.findByKey": "reads",
  "Communications.history": "reads",
  "ContactInformations.find": "reads",
  "ContactInformations.findByKey": "reads",
  "Communications.add": "creations",
  "Communications.create": "creations",
  "ContactInformations.add": "creations",
  "Communications.take": "steps",
  "Communications.view": "steps",
  "Sessions.authenticate": "sessions",
  "Sessions.open": "log-ins",
  "Accounts.authenticate": "log-ins",
  "Attempts.take": "log-ins",
  "Attempts.giveBack": "log-ins"
}

/** The size of a pool that does not reveal it: the default of every library. */
const usualSize = 10

/** How many statements may wait for locked rows at once, of all organisations: each of them occupies a connection. */
export const mostLockWaiters = (connections: number): number => Math.max(1, Math.min(4, Math.floor(connections / 2)))

/** Runs a statement when a connection of its kind of work is free; in a transaction, which has a connection, at once. */
export class Shares extends Context.Service<
  Shares,
  (operation: PortMethod, organisation: string) => <A, E, R>(run: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
>()("@communications/postgres/Shares") {}

/**
 * How many connections a kind of work may use: half of them. Creations and steps may wait for locked rows, and have at
 * least one connection more than these waits use. Lists may use an eighth, because each of them occupies the database and
 * the event loop for long.
 */
const shareOf = (kind: (typeof kinds)[number], connections: number): number => {
  const part = Math.max(1, Math.floor(connections / (kind === "lists" ? 8 : 2)))
  return kind === "creations" || kind === "steps" ? Math.max(part, mostLockWaiters(connections) + 1) : part
}

/** Statements that wait for the share of their kind wait outside the pool, and the organisations that they are for take turns. */
export const layer: Layer.Layer<Shares, never, SqlClient.SqlClient> = Layer.effect(
  Shares,
  Effect.gen(function* () {
    const concurrency = yield* Concurrency
    const size = Number.isFinite(concurrency) ? concurrency : usualSize
    const shares = new Map(
      kinds.map((kind) => [kind, PartitionedSemaphore.makeUnsafe<string>({ permits: shareOf(kind, size) })])
    )
    const matchAnyTransaction = yield* makeMatchAnyTransaction
    const count = yield* makeConnectionCount(size)
    return (operation, organisation) => (run) => {
      const kind = kindOf[operation]
      const share = kind && shares.get(kind)
      const counted = count.running(run)
      return share === undefined
        ? count.whole(counted)
        : matchAnyTransaction({
            inTransaction: () => run,
            otherwise: () => count.whole(share.withPermit(organisation)(counted))
          })
    }
  })
)
