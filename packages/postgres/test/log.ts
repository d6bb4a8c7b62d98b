/** Fixtures for tests of the log: a separate database, readers, and transactions that stay open. */
import {
  type Act,
  type CommunicationEvent,
  Communications,
  completion,
  type Draft,
  Events,
  type Holder,
  type SubscribedSteps
} from "@communications/core"
import { aDraft, anAct, freshId, freshOrganisation, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { Deferred, Duration, Effect, Fiber, Layer, Redacted, Schedule } from "effect"

/** The ports on a migrated database. */
export const portsOn = (url: string) =>
  Layer.build(
    Postgres.layer.pipe(
      Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
      Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
      Layer.provideMerge(PgClient.layer({ url: Redacted.make(url), maxConnections: 10 }))
    )
  )

/** The ports on a new database with `count` drafts and the subscription `mail`. */
export const given = Effect.fnUntraced(function* (
  count: number,
  database: Effect.Effect<string, unknown> = freshDatabase
) {
  const url = yield* Effect.orDie(database)
  const ports = yield* portsOn(url)
  return yield* Effect.gen(function* () {
    const [sql, communications, events] = [yield* PgClient.PgClient, yield* Communications, yield* Events]
    const organisation = freshOrganisation()
    const drafts = Array.from({ length: count }, (_, index) => aDraft(String(index)))
    for (const draft of drafts) yield* store(organisation, draft)
    yield* events.open("mail", "beginning")
    const completing = ({ id }: Draft, act: Act = anAct()) =>
      communications.take(organisation, { _tag: "Id", id }, completion, act)
    /** A step that the domain does not have, but a later version of it might. */
    const reopening = ({ id }: Draft) => sql`
      WITH updated AS (
        UPDATE communications SET
          version = version + 1, life_cycle_state = 'DRAFT', completed_at = NULL, completed_by = NULL
        WHERE organisation = ${organisation}::uuid AND id = ${id}::uuid RETURNING organisation, id, version
      )
      INSERT INTO communication_history (organisation, communication, version, "from", "to", at, by, era)
      SELECT organisation, id, version, 'COMPLETED', 'DRAFT', now(), id, (SELECT era FROM log_eras) FROM updated`
    return { url, sql, events, communications, organisation, drafts, completing, reopening }
  }).pipe(Effect.provide(ports))
})
export type Given = Effect.Success<ReturnType<typeof given>>

/** A subscriber that settles each batch it reads, and the events that it has read so far. */
export const reader = (
  { events }: Pick<Given, "events">,
  { subscription = "mail", steps = "completions" }: { subscription?: string; steps?: SubscribedSteps } = {}
) => {
  const holder: Holder = { subscription, holder: freshId(), lease: Duration.minutes(5) }
  const seen: Array<CommunicationEvent> = []
  const readOn = Effect.gen(function* () {
    const recorded = yield* events.take(holder, steps, 100)
    seen.push(...recorded.map(({ event }) => event))
    yield* events.settle(holder, recorded.at(-1)?.position ?? null)
  })
  const readAll = (count: number) =>
    Effect.repeat(readOn, { until: () => seen.length >= count, schedule: Schedule.spaced("20 millis") })
  return { seen, holder, readOn, readAll }
}

/** Begins a transaction and assigns its id. Its body and its COMMIT run on command. */
export const open = Effect.fnUntraced(function* <A, E, R>({ sql }: Pick<Given, "sql">, body: Effect.Effect<A, E, R>) {
  const [begun, go, done, end] = [
    yield* Deferred.make<void>(),
    yield* Deferred.make<void>(),
    yield* Deferred.make<void>(),
    yield* Deferred.make<void>()
  ]
  const fiber = yield* Effect.forkChild(
    sql.withTransaction(
      sql`SELECT pg_current_xact_id()::text`.pipe(
        Effect.andThen(Deferred.succeed(begun, undefined)),
        Effect.andThen(Deferred.await(go)),
        Effect.andThen(body),
        Effect.andThen(Deferred.succeed(done, undefined)),
        Effect.andThen(Deferred.await(end))
      )
    )
  )
  /** Waits until the transaction has reached a point; fails if the transaction fails. */
  const until = (point: Deferred.Deferred<void>) =>
    Effect.raceFirst(Deferred.await(point), Effect.andThen(Fiber.join(fiber), Effect.never))
  yield* until(begun)
  return {
    run: Effect.andThen(Deferred.succeed(go, undefined), until(done)),
    commit: Effect.andThen(Deferred.succeed(end, undefined), Fiber.join(fiber))
  }
})
