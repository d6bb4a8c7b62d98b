import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { anAct } from "@communications/core/testing"
import { isLong, makeRandom, record } from "@communications/test-support/faults"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import { given } from "./log.ts"

/** How often a process is killed. */
const kills = isLong ? 100 : 30

/** How many events a subscriber reads at once. */
const batch = 100

describe("while processes that handle events are killed", () => {
  it.live(
    "every event is handled, in the order of each communication, and a settled event never again",
    (context) =>
      Effect.gen(function* () {
        const random = makeRandom()
        const { url, sql, drafts, completing, reopening } = yield* given(8)
        yield* sql`CREATE TABLE handled (
        seq bigserial PRIMARY KEY, event uuid NOT NULL, communication uuid NOT NULL, version integer NOT NULL, life integer NOT NULL
      )`
        /** The number of settled events. */
        const settled = Effect.map(
          sql<{ readonly count: string }>`
          SELECT count(*)::text FROM communication_history h, subscriptions s WHERE h.position <= s.position`,
          ([row]) => Number(row?.count)
        )

        /** Each draft is created once, and completed and reopened 3 times before each kill. */
        const everyStepOfOne = 1 + 6 * kills
        const everyStep = drafts.length * everyStepOfOne

        let dots = 0
        const lives: Array<{ readonly child: ChildProcess; readonly before: number; after: number }> = []
        const start = Effect.gen(function* () {
          const before = yield* settled
          const child = spawn(
            process.execPath,
            ["--conditions=@communications/source", join(import.meta.dirname, "subscriber.ts")],
            {
              env: { ...process.env, DATABASE_URL: url, LIFE: String(lives.length) },
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
          assert.isTrue(life.child.kill("SIGKILL"), "the process had ended already")
          yield* Effect.promise(() => ended)
          life.after = yield* settled
        })
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            for (const { child } of lives) child.kill("SIGKILL")
          })
        )

        /** Completes and reopens each communication 3 times. */
        const writing = Effect.forEach(
          drafts,
          Effect.fnUntraced(function* (draft) {
            for (let round = 0; round < 3; round++) {
              yield* completing(draft, anAct())
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
        for (let killed = 0; killed < kills; killed++) {
          const writer = yield* Effect.forkChild(writing)
          yield* untilDots(dots + random(24))
          yield* Effect.sleep(random(20))
          for (const life of alive.splice(random(2), 1)) yield* kill(life)
          alive.push(yield* start)
          yield* Fiber.join(writer)
        }
        yield* Effect.repeat(settled, { until: (count) => count === everyStep, schedule: Schedule.spaced("20 millis") })
        for (const life of alive) yield* kill(life)

        const rows = yield* sql<{ event: string; communication: string; version: number; life: number; rank: string }>`
        SELECT handled.event::text, handled.communication::text, handled.version, handled.life, h.rank::text
        FROM handled JOIN (
          SELECT communication, version, row_number() OVER (ORDER BY position) AS rank FROM communication_history
        ) h ON h.communication = handled.communication AND h.version = handled.version
        ORDER BY handled.seq`
        const handled = rows.map(({ rank, ...row }) => ({ ...row, rank: Number(rank) }))

        const first = [...new Map(handled.toReversed().map((row) => [row.event, row])).values()].toReversed()
        assert.strictEqual(first.length, everyStep)
        for (const draft of drafts) {
          const own = first.filter(({ communication }) => communication.replaceAll("-", "").toUpperCase() === draft.id)
          assert.deepStrictEqual(
            own.map(({ version }) => version),
            Array.from({ length: everyStepOfOne }, (_, index) => index + 1)
          )
        }
        for (const [life, { before, after }] of lives.entries()) {
          const ranks = handled.filter((row) => row.life === life).map(({ rank }) => rank)
          assert.isTrue(
            ranks.every((rank) => rank > before),
            "a settled event was handled again"
          )
          assert.isAtMost(
            new Set(ranks.filter((rank) => rank > after)).size,
            batch,
            "a killed process repeated more than one batch"
          )
        }
        assert.isAbove(handled.length, everyStep, "no process was killed between handling and settling")
        record(context, { kills, events: everyStep, repeated: handled.length - everyStep, lost: 0 })
      }),
    300_000
  )
})
