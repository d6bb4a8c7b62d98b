import type { Holder } from "@communications/core"
import { aDraft, anAct, freshOrganisation, store } from "@communications/core/testing"
import { StorageTimeout } from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Context, DateTime, Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import { lockWaits } from "./lockWaits.ts"
import { type Given, given, open, portsOn, reader } from "./log.ts"

/** The number of entries with a position, and the number of different positions. */
const countPositions = ({ sql }: Given) =>
  Effect.map(
    sql<{ readonly entries: number; readonly positions: number }>`
      SELECT count(position)::integer AS entries, count(DISTINCT position)::integer AS positions
      FROM communication_history`,
    ([row]) => row
  )

/** Reads statistics after the time in which every connection reports its own. */
const afterReports = <A, E, R>(statistics: Effect.Effect<A, E, R>) => Effect.delay(statistics, "1500 millis")

const connect = (url: string) =>
  Effect.map(Layer.build(PgClient.layer({ url: Redacted.make(url) })), Context.get(PgClient.PgClient))

/** The URLs of two migrated databases, one of them a copy, whose tables have the same ids. */
const twins = Effect.gen(function* () {
  const url = yield* freshDatabase
  yield* Effect.scoped(portsOn(url))
  const [name, postgres] = [new URL(url).pathname.slice(1), Object.assign(new URL(url), { pathname: "/postgres" })]
  yield* Effect.scoped(
    Effect.flatMap(connect(postgres.href), (sql) => sql.unsafe(`CREATE DATABASE ${name}_copy TEMPLATE ${name}`))
  )
  return [url, `${url}_copy`] as const
})

/** Stores many drafts, as an import does. */
const importDrafts = ({ sql, drafts }: Given, count: number) =>
  Effect.gen(function* () {
    const organisation = freshOrganisation()
    const [contact = aDraft()] = drafts
    yield* sql`
      INSERT INTO contact_information
      SELECT ${organisation}::uuid, id, type, life_cycle_state, name, first_name, middle_name, last_name, title,
        company_name, demographics, company_profile
      FROM contact_information WHERE id = ${contact.contact_information.id}::uuid`
    yield* sql`
      WITH added AS (
        INSERT INTO communications
          (organisation, id, number, life_cycle_state, created_at, direction, media, contact_information)
        SELECT ${organisation}::uuid, md5(i::text)::uuid, 'x' || i, 'DRAFT', now(), 'OUTGOING', 'EMAIL',
          ${contact.contact_information.id}::uuid
        FROM generate_series(1, ${count}) AS i
        RETURNING organisation, id, created_at
      )
      INSERT INTO communication_history (organisation, communication, version, "to", at, by, era)
      SELECT organisation, id, 1, 'DRAFT', created_at, id, (SELECT era FROM log_eras) FROM added`
  })

describe("an open transaction", () => {
  it.live("delays only its own events, which come after earlier events of the same communication", () =>
    Effect.gen(function* () {
      const here = yield* given(2)
      const [draft = aDraft(), late = aDraft()] = here.drafts
      const { seen, readOn, readAll } = reader(here)
      const latest = yield* open(here, here.completing(late))
      yield* latest.run
      const earlier = yield* open(here, here.completing(draft))
      const younger = yield* open(here, Effect.andThen(here.completing(draft), here.reopening(draft)))
      yield* younger.run
      yield* younger.commit
      yield* readAll(1)
      yield* earlier.run
      yield* readOn
      assert.deepStrictEqual(
        seen.map(({ version }) => version),
        [2]
      )
      yield* earlier.commit
      yield* here.reopening(draft)
      yield* here.completing(draft)
      yield* readAll(3)
      yield* readOn
      assert.deepStrictEqual(
        seen.map(({ communication, version }) => [communication, version]),
        [2, 4, 6].map((version) => [draft.id, version])
      )
      yield* latest.commit
      yield* readAll(4)
      assert.strictEqual(seen.at(-1)?.communication, late.id)
    })
  )

  it.live("delivers no event after a rollback, and delays no other event", () =>
    Effect.gen(function* () {
      const here = yield* given(2)
      const [undone = aDraft(), done = aDraft()] = here.drafts
      const { seen, readOn, readAll } = reader(here)
      const rolledBack = yield* open(here, Effect.andThen(here.completing(undone), Effect.fail("rolled back")))
      yield* here.completing(done)
      yield* readAll(1)
      yield* Effect.flip(rolledBack.run)
      yield* readOn
      assert.deepStrictEqual(
        seen.map(({ communication }) => communication),
        [done.id]
      )
    })
  )

  it.live("delays nothing if it is in another database or has written no history", () =>
    Effect.gen(function* () {
      const [url, copy] = yield* twins
      const here = yield* given(1, Effect.succeed(url))
      const elsewhere = yield* connect(copy)
      const [draft = aDraft()] = here.drafts
      const other = yield* open(
        { sql: elsewhere },
        Effect.andThen(
          elsewhere`SELECT set_config('search_path', 'communications', true)`,
          elsewhere`DELETE FROM communication_history`
        )
      )
      const own = yield* open(
        here,
        Effect.all([
          here.sql`CREATE TABLE of_the_host ()`,
          here.sql`INSERT INTO of_the_host DEFAULT VALUES`,
          here.sql`SELECT FROM communication_history`
        ])
      )
      yield* Effect.all([other.run, own.run])
      yield* here.events.open("later", "now")
      yield* here.completing(draft)
      for (const subscription of ["mail", "later"]) {
        const { seen, readOn } = reader(here, { subscription })
        yield* readOn
        assert.deepStrictEqual(
          seen.map(({ communication }) => communication),
          [draft.id]
        )
      }
      yield* Effect.all([other.commit, own.commit])
    })
  )
})

describe("a subscription from now", () => {
  it.live("does not wait for a transaction that waits for the table of the history itself", () =>
    Effect.gen(function* () {
      const here = yield* given(1)
      const [draft = aDraft()] = here.drafts
      const locking = yield* open(here, here.sql`LOCK TABLE communication_history IN SHARE MODE`)
      yield* locking.run
      const completing = yield* Effect.forkChild(here.completing(draft))
      const waiting = here.sql`SELECT FROM pg_locks WHERE NOT granted AND relation = 'communication_history'::regclass`
      yield* Effect.repeat(waiting, { until: ({ length }) => length === 1 })
      yield* Effect.timeout(here.events.open("later", "now"), "20 seconds")
      yield* locking.commit
      yield* Fiber.join(completing)
      const { seen, readAll } = reader(here, { subscription: "later" })
      yield* readAll(1)
      assert.deepStrictEqual(
        seen.map(({ communication }) => communication),
        [draft.id]
      )
    })
  )

  it.live("opens when earlier transactions with steps have ended, and does not deliver their events", () =>
    Effect.gen(function* () {
      const here = yield* given(4)
      const [before = aDraft(), meanwhile = aDraft(), after = aDraft(), late = aDraft()] = here.drafts
      const earlier = yield* open(here, here.completing(before))
      yield* earlier.run
      const opening = yield* Effect.forkChild(here.events.open("later", "now"), { startImmediately: true })
      const eras = here.sql<{ readonly era: number }>`SELECT era FROM log_eras`
      yield* Effect.repeat(eras, { until: ([row]) => row?.era === 2 })
      yield* here.completing(meanwhile)
      yield* Effect.sleep("100 millis")
      assert.isUndefined(opening.pollUnsafe())
      const younger = yield* open(here, here.completing(late))
      yield* younger.run
      yield* earlier.commit
      yield* Fiber.join(opening)
      yield* younger.commit
      yield* here.completing(after)
      const { seen, readOn } = reader(here, { subscription: "later", steps: "all" })
      yield* readOn
      assert.sameMembers(
        seen.map(({ communication }) => communication),
        [meanwhile.id, late.id, after.id]
      )
      assert.deepStrictEqual(yield* eras, [{ era: 2 }])
      yield* here.events.open("later", "now")
      assert.deepStrictEqual(yield* eras, [{ era: 2 }])
    })
  )

  it.live("delivers what was committed after it began to open, although opening had to be repeated", () =>
    Effect.gen(function* () {
      const here = yield* given(2)
      const [before = aDraft(), meanwhile = aDraft()] = here.drafts
      const earlier = yield* open(here, here.completing(before))
      yield* earlier.run
      const opening = here.events.open("later", "now")
      const error = yield* Effect.flip(Effect.provideService(opening, StorageTimeout, "300 millis"))
      assert.deepInclude(error, { _tag: "StorageUnavailable", reason: "timeout" })
      yield* here.completing(meanwhile)
      yield* opening
      yield* earlier.commit
      const { seen, readOn } = reader(here, { subscription: "later", steps: "all" })
      yield* readOn
      assert.deepStrictEqual(
        seen.map(({ communication }) => communication),
        [meanwhile.id]
      )
    })
  )

  it.live("assigns positions only to entries that it reads, however long the log is", () =>
    Effect.gen(function* () {
      const here = yield* given(1)
      const [draft = aDraft()] = here.drafts
      yield* importDrafts(here, 10_000)
      const scans = Effect.andThen(
        here.sql`SELECT pg_stat_force_next_flush()`,
        here.sql`
          SELECT relname, seq_scan::text FROM pg_stat_user_tables
          WHERE relname IN ('communications', 'communication_history') ORDER BY 1`
      )
      const wholeReads = yield* afterReports(scans)
      yield* here.events.open("later", "now")
      const { seen, readOn } = reader(here, { subscription: "later", steps: "all" })
      yield* readOn
      yield* here.completing(draft)
      yield* readOn
      assert.deepStrictEqual(
        seen.map(({ to }) => to),
        ["COMPLETED"]
      )
      assert.deepStrictEqual(yield* afterReports(scans), wholeReads)
      assert.deepStrictEqual(yield* countPositions(here), { entries: 2, positions: 2 })
    })
  )

  it.live("does not change the order in which a reader from the beginning gets creations and completions", () =>
    Effect.gen(function* () {
      const here = yield* given(20)
      yield* here.events.open("later", "now")
      for (const draft of here.drafts) yield* here.completing(draft)
      const later = reader(here, { subscription: "later" })
      yield* later.readAll(20)
      const { seen, readAll } = reader(here, { steps: "all" })
      yield* readAll(40)
      for (const { id } of here.drafts) {
        const own = seen.filter(({ communication }) => communication === id)
        assert.deepStrictEqual(
          own.map(({ version }) => version),
          [1, 2]
        )
      }
    })
  )
})

describe("a long log", () => {
  it.live("one call skips 30,000 creations before the first completion", () =>
    Effect.gen(function* () {
      const here = yield* given(1)
      const [draft = aDraft()] = here.drafts
      yield* importDrafts(here, 30_000)
      yield* here.completing(draft, { ...anAct(), at: yield* DateTime.now })
      const { seen, readOn } = reader(here)
      yield* Effect.provideService(readOn, StorageTimeout, "1 minute")
      assert.deepStrictEqual(
        seen.map(({ communication }) => communication),
        [draft.id]
      )
    })
  )

  it.live("a call ends at once if what follows is of an earlier era, or waits after a parked event", () =>
    Effect.gen(function* () {
      const here = yield* given(1)
      const { events } = here
      const [draft = aDraft()] = here.drafts
      yield* events.open("later", "now")
      const [{ holder: mail }, { holder: later }] = [reader(here), reader(here, { subscription: "later" })]
      const [entry] = yield* events.claim(mail, "all", 1)
      if (entry === undefined) return assert.fail("expected the creation of the draft")
      // A call that does not get on repeats its statements for half of its time limit.
      const claim = (holder: Holder) =>
        Effect.timeout(Effect.provideService(events.claim(holder, "all", 1), StorageTimeout, "1 minute"), "20 seconds")
      assert.deepStrictEqual(yield* claim(later), [])
      yield* events.park(mail, entry, { error: "Error: the letter could not be sent", attempts: 3 })
      yield* here.completing(draft)
      assert.deepStrictEqual(yield* claim(mail), [])
    })
  )

  it.live("concurrent readers assign each entry one position, in the order of each communication", () =>
    Effect.gen(function* () {
      const here = yield* given(8)
      const names = ["a", "b", "c", "d"]
      for (const name of names) yield* here.events.open(name, "beginning")
      const steps = here.drafts.length * 61
      const writing = Effect.forEach(
        here.drafts,
        (draft) => Effect.repeat(Effect.andThen(here.completing(draft), here.reopening(draft)), { times: 29 }),
        { concurrency: "unbounded" }
      )
      const readers = names.map((subscription) => reader(here, { subscription, steps: "all" }))
      yield* Effect.all([writing, Effect.forEach(readers, ({ readAll }) => readAll(steps), { concurrency: 4 })], {
        concurrency: 2
      })
      for (const { seen } of readers) {
        assert.lengthOf(seen, steps)
        for (const { id } of here.drafts) {
          const own = seen.filter(({ communication }) => communication === id)
          assert.deepStrictEqual(
            own.map(({ version }) => version),
            Array.from({ length: 61 }, (_, index) => index + 1)
          )
        }
        assert.deepStrictEqual(seen, readers[0]?.seen)
      }
      assert.deepStrictEqual(yield* countPositions(here), { entries: steps, positions: steps })
    })
  )
})

/** The positions of all entries, in order. */
const positionsOf = ({ sql }: Given) =>
  Effect.map(
    sql<{ readonly position: string }>`SELECT position::text FROM communication_history h ORDER BY h.position`,
    (rows) => rows.map(({ position }) => position)
  )

it.live("an entry that two readers find at once keeps the position that the first one assigns", () =>
  Effect.gen(function* () {
    const here = yield* given(3)
    const { sql } = here
    yield* here.events.open("other", "beginning")
    const readers = ["mail", "other"].map((subscription) => reader(here, { subscription, steps: "all" }))
    const locking = yield* open(here, sql`SELECT FROM log_positions FOR UPDATE`)
    yield* locking.run
    const reading = yield* Effect.forEach(readers, ({ readAll }) => Effect.forkChild(readAll(3)))
    const waiting = sql.unsafe(`SELECT ${lockWaits}`)
    yield* Effect.repeat(waiting, { until: ({ length }) => length === 2, schedule: Schedule.spaced("20 millis") })
    yield* locking.commit
    for (const fiber of reading) yield* Fiber.join(fiber)
    assert.deepStrictEqual(yield* positionsOf(here), ["1", "2", "3"])
  })
)

it.live("entries of two organisations whose communications have the same id have positions of their own", () =>
  Effect.gen(function* () {
    const here = yield* given(1)
    const [draft = aDraft()] = here.drafts
    yield* Effect.provide(store(freshOrganisation(), draft), yield* portsOn(here.url))
    yield* reader(here, { steps: "all" }).readAll(2)
    assert.deepStrictEqual(yield* positionsOf(here), ["1", "2"])
  })
)

it.live("a later step takes no position for the earlier entries of its communication, which have theirs", () =>
  Effect.gen(function* () {
    const here = yield* given(1)
    const { readAll } = reader(here, { steps: "all" })
    yield* readAll(1)
    for (const draft of here.drafts) yield* here.completing(draft)
    yield* readAll(2)
    assert.deepStrictEqual(yield* positionsOf(here), ["1", "2"])
  })
)

it.live("a read without new entries does not write the last position", () =>
  Effect.gen(function* () {
    const here = yield* given(1)
    const { readAll, readOn } = reader(here)
    yield* readOn
    const written = here.sql`SELECT xmin::text AS transaction FROM log_positions`
    const before = yield* written
    yield* readAll(0)
    assert.deepStrictEqual(yield* written, before)
  })
)

it.live("events that get their positions at once follow their times", () =>
  Effect.gen(function* () {
    const here = yield* given(10)
    const now = yield* DateTime.now
    for (const [seconds, draft] of here.drafts.entries()) {
      yield* here.completing(draft, { ...anAct(), at: DateTime.add(now, { seconds }) })
    }
    const { seen, readOn } = reader(here)
    yield* readOn
    assert.deepStrictEqual(
      seen.map(({ communication }) => communication),
      here.drafts.map(({ id }) => id)
    )
  })
)

it.live("an event has the same unique id for every subscription", () =>
  Effect.gen(function* () {
    const here = yield* given(10)
    for (const draft of here.drafts) yield* here.completing(draft)
    yield* here.events.open("other", "beginning")
    const [one, other] = [reader(here, { steps: "all" }), reader(here, { subscription: "other", steps: "all" })]
    yield* Effect.all([one.readAll(20), other.readAll(20)])
    assert.deepStrictEqual(one.seen, other.seen)
    assert.strictEqual(new Set(one.seen.map(({ id }) => id)).size, 20)
  })
)
