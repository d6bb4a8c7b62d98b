import { type ChildProcess, spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  type Act,
  type Communication,
  type CommunicationCompleted,
  Communications,
  complete,
  Draft,
  Events,
  type Holder
} from "@communications/core"
import { aDraft, anAct, freshId, freshOrganisation, noon, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it, vi } from "@effect/vitest"
import { DateTime, Deferred, Duration, Effect, Fiber, Layer, Redacted, Result, Schedule } from "effect"
import { freshDatabase } from "../../../test/freshDatabase.ts"

vi.setConfig({ testTimeout: 60_000 })

/** How many events a subscriber takes at once. */
const batch = 100

const reopen = ({ _tag, ...members }: Communication) => Result.succeed(Draft.make(members))

/** The ports on a database of the test's own, with drafts and a subscription. */
const given = Effect.fnUntraced(function* (count: number) {
  const url = yield* freshDatabase
  const ports = yield* Layer.build(
    Postgres.layer.pipe(
      Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
      Layer.provideMerge(PgClient.layer({ url: Redacted.make(url), maxConnections: 10 }))
    )
  )
  return yield* Effect.gen(function* () {
    const [sql, communications, events] = [yield* PgClient.PgClient, yield* Communications, yield* Events]
    const organisation = freshOrganisation()
    const drafts = Array.from({ length: count }, (_, index) => aDraft(String(index)))
    for (const draft of drafts) yield* store(organisation, draft)
    yield* events.open("mail", "beginning")
    const completing = ({ id }: Draft, act: Act) =>
      communications.modify(organisation, { _tag: "Id", id }, complete, act)
    const reopening = ({ id }: Draft) => communications.modify(organisation, { _tag: "Id", id }, reopen, anAct())
    return { url, sql, events, drafts, completing, reopening }
  }).pipe(Effect.provide(ports))
})

/** Moments one after the other. */
const moments = () => {
  let last = noon
  return () => {
    last = DateTime.add(last, { seconds: 1 })
    return { ...anAct(), at: last }
  }
}

describe("100 times kill -9", () => {
  it.live(
    "every event is handled, those of a communication in order, and what was settled never again",
    () =>
      Effect.gen(function* () {
        const { url, sql, drafts, completing, reopening } = yield* given(8)
        yield* sql`CREATE TABLE handled (
        seq bigserial PRIMARY KEY, event uuid NOT NULL, communication uuid NOT NULL, at bigint NOT NULL, life integer NOT NULL
      )`
        const folder = yield* Effect.acquireRelease(
          Effect.promise(() => mkdtemp(join(tmpdir(), "communications-compiled-"))),
          (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
        )

        /** How many events are settled. */
        const settled = Effect.map(
          sql<{ readonly count: string }>`
          SELECT count(*)::text FROM events e, subscriptions s
          WHERE (e.transaction, e.position) <= (s.transaction, s.position)`,
          ([row]) => Number(row?.count)
        )

        let dots = 0
        const lives: Array<{ readonly child: ChildProcess; readonly before: number; after: number }> = []
        const start = Effect.gen(function* () {
          const before = yield* settled
          const child = spawn(
            process.execPath,
            ["--conditions=@communications/source", join(import.meta.dirname, "subscriber.ts")],
            {
              env: { ...process.env, DATABASE_URL: url, LIFE: String(lives.length), NODE_COMPILE_CACHE: folder },
              stdio: ["ignore", "pipe", "inherit"]
            }
          )
          const life = { child, before, after: before }
          lives.push(life)
          child.stdout.on("data", (bytes: Buffer) => {
            dots += bytes.length
          })
          return life
        })
        const kill = Effect.fnUntraced(function* (life: (typeof lives)[number]) {
          const ended = once(life.child, "close")
          assert.isTrue(life.child.kill("SIGKILL"), "it has not ended by itself")
          yield* Effect.promise(() => ended)
          life.after = yield* settled
        })
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            for (const { child } of lives) child.kill("SIGKILL")
          })
        )

        const next = drafts.map(moments)
        /** Completes each communication 3 times, and makes a draft of it again. */
        const writing = Effect.forEach(
          drafts,
          Effect.fnUntraced(function* (draft, index) {
            for (let round = 0; round < 3; round++) {
              yield* completing(draft, next[index]?.() ?? anAct())
              yield* reopening(draft)
            }
          }),
          { concurrency: 4, discard: true }
        )
        const untilDots = (count: number) =>
          Effect.repeat(
            Effect.sync(() => dots >= count),
            { until: (enough) => enough, schedule: Schedule.spaced("5 millis") }
          )

        const alive = [yield* start, yield* start]
        for (let killed = 0; killed < 100; killed++) {
          const writer = yield* Effect.forkChild(writing)
          yield* untilDots(dots + randomInt(24))
          yield* Effect.sleep(randomInt(20))
          for (const life of alive.splice(randomInt(2), 1)) yield* kill(life)
          alive.push(yield* start)
          yield* Fiber.join(writer)
        }
        yield* Effect.repeat(settled, { until: (count) => count === 2_400, schedule: Schedule.spaced("20 millis") })
        for (const life of alive) yield* kill(life)

        const rows = yield* sql<{ event: string; communication: string; at: string; life: number; rank: string }>`
        SELECT h.event::text, h.communication::text, h.at::text, h.life, e.rank::text
        FROM handled h JOIN (SELECT id, row_number() OVER (ORDER BY transaction, position) AS rank FROM events) e
          ON e.id = h.event
        ORDER BY h.seq`
        const handled = rows.map(({ at, rank, ...row }) => ({ ...row, at: Number(at), rank: Number(rank) }))

        const first = [...new Map(handled.toReversed().map((row) => [row.event, row])).values()].toReversed()
        assert.strictEqual(first.length, 2_400)
        for (const draft of drafts) {
          const own = first.filter(({ communication }) => communication.replaceAll("-", "").toUpperCase() === draft.id)
          const act = moments()
          assert.deepStrictEqual(
            own.map(({ at }) => at),
            Array.from({ length: 300 }, () => DateTime.toEpochMillis(act().at))
          )
        }
        for (const [life, { before, after }] of lives.entries()) {
          const ranks = handled.filter((row) => row.life === life).map(({ rank }) => rank)
          assert.isTrue(
            ranks.every((rank) => rank > before),
            "what was settled is not handled again"
          )
          assert.isAtMost(new Set(ranks.filter((rank) => rank > after)).size, batch, "a death costs a batch at most")
        }
        assert.isAbove(handled.length, 2_400, "some of them died between handling and settling")
      }),
    300_000
  )
})

describe("a transaction of the host that stays open", () => {
  const holder: Holder = { subscription: "mail", holder: freshId(), lease: Duration.minutes(5) }

  /** A subscriber that reads and settles whatever there is, and what it has read so far. */
  const reader = ({ events }: Effect.Success<ReturnType<typeof given>>) => {
    const seen: Array<CommunicationCompleted> = []
    const readOn = Effect.gen(function* () {
      const recorded = yield* events.take(holder, 100)
      seen.push(...recorded.map(({ event }) => event))
      yield* events.settle(holder, recorded.at(-1)?.position ?? null)
    })
    const readAll = (count: number) =>
      Effect.repeat(readOn, { until: () => seen.length >= count, schedule: Schedule.spaced("20 millis") })
    return { seen, readOn, readAll }
  }

  /** Begins a transaction, and runs its body and its end when it is told to. */
  const open = Effect.fnUntraced(function* <A, E, R>(
    { sql }: Effect.Success<ReturnType<typeof given>>,
    body: Effect.Effect<A, E, R>
  ) {
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
    /** Waits for a step of the transaction; fails where that fails before. */
    const until = (step: Deferred.Deferred<void>) =>
      Effect.raceFirst(Deferred.await(step), Effect.andThen(Fiber.join(fiber), Effect.never))
    yield* until(begun)
    return {
      run: Effect.andThen(Deferred.succeed(go, undefined), until(done)),
      commit: Effect.andThen(Deferred.succeed(end, undefined), Fiber.join(fiber))
    }
  })

  it.live("an earlier transaction that completes later than a younger one is told of later", () =>
    Effect.gen(function* () {
      const here = yield* given(1)
      const { drafts, completing, reopening } = here
      const [draft = aDraft()] = drafts
      const next = moments()
      const [first, second, third] = [next(), next(), next()]
      const { seen, readOn, readAll } = reader(here)
      const earlier = yield* open(here, completing(draft, second))
      const younger = yield* open(here, Effect.andThen(completing(draft, first), reopening(draft)))
      yield* younger.run
      yield* younger.commit
      yield* readOn
      yield* earlier.run
      yield* readOn
      assert.deepStrictEqual(seen, [])
      yield* earlier.commit
      yield* reopening(draft)
      yield* completing(draft, third)
      yield* readAll(3)
      assert.deepStrictEqual(
        seen.map(({ at }) => at),
        [first.at, second.at, third.at]
      )
    })
  )

  it.live("what it has completed is told when it ends, whatever others have completed meanwhile", () =>
    Effect.gen(function* () {
      const here = yield* given(3)
      const { drafts, completing } = here
      const [before = aDraft(), late = aDraft(), early = aDraft()] = drafts
      const { seen, readOn, readAll } = reader(here)
      yield* completing(before, anAct())
      yield* readAll(1)
      const earlier = yield* open(here, completing(late, anAct()))
      yield* earlier.run
      yield* completing(early, anAct())
      yield* readOn
      yield* earlier.commit
      yield* readAll(3)
      yield* readOn
      assert.deepStrictEqual(
        seen.map(({ communication }) => communication),
        [before.id, late.id, early.id]
      )
    })
  )

  it.live("what it has completed is not told where it is rolled back, and holds up nothing then", () =>
    Effect.gen(function* () {
      const here = yield* given(2)
      const { drafts, completing } = here
      const [undone = aDraft(), done = aDraft()] = drafts
      const { seen, readOn, readAll } = reader(here)
      const rolledBack = yield* open(here, Effect.andThen(completing(undone, anAct()), Effect.fail("rolled back")))
      yield* completing(done, anAct())
      yield* readOn
      assert.deepStrictEqual(seen, [])
      yield* Effect.flip(rolledBack.run)
      yield* readAll(1)
      yield* readOn
      assert.deepStrictEqual(
        seen.map(({ communication }) => communication),
        [done.id]
      )
    })
  )
})
