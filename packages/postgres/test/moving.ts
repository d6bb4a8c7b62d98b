/** Fixtures for tests that move the log to another cluster. */
import { Communications, completion, Events } from "@communications/core"
import { aDraft, anAct } from "@communications/core/testing"
import { databaseOn } from "@communications/test-support/freshDatabase"
import { startPostgres } from "@communications/test-support/PostgresServer"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Redacted } from "effect"
import { type Given, portsOn, reader } from "./log.ts"

/** Starts a server that has assigned at least this many transaction ids; returns an effect that creates a database. */
export const cluster = Effect.fnUntraced(function* (transactions: number) {
  const { url } = yield* Effect.acquireRelease(
    Effect.promise(() => startPostgres({ fsync: "off", wal_level: "logical" })),
    ({ stop }) => Effect.promise(stop)
  )
  const client = yield* Layer.build(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))
  const sql = Context.get(client, PgClient.PgClient)
  yield* sql.unsafe(`DO $$ BEGIN
    FOR transaction IN 1..${transactions} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP;
  END $$`)
  return { url, newDatabase: databaseOn(url) }
})

/** The next transaction id of a cluster. */
export const transactionId = (sql: PgClient.PgClient) =>
  Effect.map(sql<{ readonly id: string }>`SELECT pg_current_xact_id()::text AS id`, ([row]) => Number(row?.id))

/** The fixture with the ports on another database. */
export const movedTo = Effect.fnUntraced(function* (here: Given, url: string) {
  const ports = yield* portsOn(url)
  const communications = Context.get(ports, Communications)
  const completing: Given["completing"] = ({ id }, act = anAct()) =>
    communications.take(here.organisation, { _tag: "Id", id }, completion, act)
  return { ...here, sql: Context.get(ports, PgClient.PgClient), events: Context.get(ports, Events), completing }
})

/** Appends everything that the subscription reads now to the events seen so far. */
export const readOnFrom = (seen: ReadonlyArray<string>, here: Pick<Given, "events">) =>
  Effect.gen(function* () {
    const { seen: read, holder, readOn } = reader(here, { steps: "all" })
    for (let round = 0; round < 3; round++) yield* readOn
    yield* here.events.release(holder)
    return [...seen, ...read.map(({ number, version }) => `${number}/${version}`)]
  })

/**
 * Takes steps: the subscription reads some of them, others only get a position, and the last one has none yet. Returns
 * the events read.
 */
export const takeSteps = Effect.fnUntraced(function* (here: Given) {
  const [first = aDraft(), second = aDraft(), third = aDraft(), fourth = aDraft()] = here.drafts
  yield* here.completing(first)
  const seen = yield* readOnFrom([], here)
  yield* here.completing(second)
  yield* here.completing(third)
  yield* here.events.open("another", "beginning")
  yield* reader(here, { subscription: "another" }).readOn
  yield* here.completing(fourth)
  return seen
})
