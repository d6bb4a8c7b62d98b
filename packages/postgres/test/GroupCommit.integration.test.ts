import { Communications, Completed, complete, Draft, InvalidToken, NotDraft, Sessions } from "@communications/core"
import { aDraft, anAct, freshCaller, freshOrganisation, freshToken, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Cause, DateTime, Effect, Exit, Fiber, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { freshDatabase } from "../../../test/freshDatabase.ts"

const Ports = Postgres.layer.pipe(
  Layer.provide(Layer.succeed(Postgres.GroupCommit, true)),
  Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
  Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
  Layer.provideMerge(
    PgClient.layerFrom(
      Effect.flatMap(freshDatabase, (url) => PgClient.make({ url: Redacted.make(url), maxConnections: 10 }))
    )
  )
)

const act = anAct()

/** Runs something outside of the transaction that it is asked for in, as others would ask. */
const outside = <A, E>(run: Effect.Effect<A, E>) =>
  Effect.sync(() => Effect.runFork(Effect.provideService(run, Postgres.StorageTimeout, "1 minute")))

/** Forty drafts of an organisation of its own, and how to complete one. */
const given = Effect.gen(function* () {
  const communications = yield* Communications
  const organisation = freshOrganisation()
  const { contact_information } = aDraft()
  const drafts = Array.from({ length: 40 }, (_, index) => {
    const { _tag, ...members } = aDraft(String(index))
    return Draft.make({ ...members, contact_information })
  })
  yield* Effect.forEach(drafts, (draft) => store(organisation, draft), { concurrency: 8, discard: true })
  const completing = ({ id }: Draft) => communications.modify(organisation, { _tag: "Id", id }, complete, act)
  return { communications, organisation, drafts, completing }
})

const completed = ({ _tag, ...draft }: Draft) =>
  Completed.make({ ...draft, completed_at: act.at, completed_by: act.by })

layer(Ports, { excludeTestServices: true, timeout: "1 minute" })("group commit", (it) => {
  it.effect("completes many in fewer transactions than there are, each with its step and its event", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { communications, organisation, drafts, completing } = yield* given
      const results = yield* Effect.forEach(drafts, completing, { concurrency: "unbounded" })
      assert.deepStrictEqual(results, drafts.map(completed))
      const [transactions] = yield* sql<{ readonly count: number }>`
        SELECT count(DISTINCT xmin::text)::int AS count FROM communications
        WHERE organisation = ${organisation}::uuid AND life_cycle_state = 'COMPLETED'`
      assert.isBelow(transactions?.count ?? 0, drafts.length / 2)
      for (const { id } of drafts) {
        const history = yield* communications.history(organisation, id)
        assert.deepStrictEqual(
          history.map(({ to }) => to),
          ["DRAFT", "COMPLETED"]
        )
      }
      const [events] = yield* sql<{ readonly count: number }>`
        SELECT count(*)::int AS count FROM events WHERE organisation = ${organisation}::uuid`
      assert.strictEqual(events?.count, drafts.length)
    })
  )

  it.effect("one whose row cannot be stored, and one whose row cannot be read, fail alone", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { communications, organisation, drafts, completing } = yield* given
      const [refused, unreadable] = drafts
      if (refused === undefined || unreadable === undefined) return assert.fail("there are forty")
      yield* sql.unsafe(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          RAISE EXCEPTION 'refused' USING ERRCODE = 'check_violation'; END $$`)
      yield* sql.unsafe(`
        CREATE TRIGGER refuse BEFORE UPDATE ON communications FOR EACH ROW
        WHEN (NEW.id = '${refused.id}') EXECUTE FUNCTION refuse()`)
      yield* sql`UPDATE communications SET viewed_on = '12000-01-01' WHERE id = ${unreadable.id}::uuid`
      const exits = yield* Effect.forEach(drafts, (draft) => Effect.exit(completing(draft)), {
        concurrency: "unbounded"
      })
      yield* sql`DROP TRIGGER refuse ON communications`
      for (const [index, exit] of exits.entries()) {
        if (index < 2) assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        else assert.isTrue(Exit.isSuccess(exit), String(index))
      }
      for (const [index, draft] of drafts.entries()) {
        if (index === 1) continue
        const found = yield* communications.find(organisation, { _tag: "Id", id: draft.id })
        assert.deepStrictEqual(found, index === 0 ? draft : completed(draft))
      }
    })
  )

  it.effect("one whose transition makes another communication of it fails alone", () =>
    Effect.gen(function* () {
      const { communications, organisation, drafts } = yield* given
      const [wrong = aDraft()] = drafts
      const { _tag, ...members } = wrong
      const anotherMedia = Draft.make({ ...members, media: "SMS" })
      const exits = yield* Effect.forEach(
        drafts,
        (draft) =>
          Effect.exit(
            communications.modify(
              organisation,
              { _tag: "Id", id: draft.id },
              (found, act) => complete(draft === wrong ? anotherMedia : found, act),
              act
            )
          ),
        { concurrency: "unbounded" }
      )
      for (const [index, exit] of exits.entries()) {
        if (index === 0) assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        else assert.isTrue(Exit.isSuccess(exit), String(index))
      }
    })
  )

  it.effect("one that another transaction holds keeps nobody else waiting", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { drafts, completing } = yield* given
      const [held = aDraft(), ...free] = drafts
      const ask = (draft: Draft) => outside(completing(draft))
      const waiting = yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`SELECT 1 FROM communications WHERE id = ${held.id}::uuid FOR UPDATE`
          // Six times, which would fill both lanes.
          const fibers = yield* Effect.forEach(Array(6).fill(held), ask)
          for (const fiber of yield* Effect.forEach(free, ask)) yield* Fiber.join(fiber)
          yield* Effect.forEach(fibers, (fiber) => Effect.sync(() => assert.isUndefined(fiber.pollUnsafe())))
          return fibers
        })
      )
      const exits = yield* Effect.forEach(waiting, Fiber.await)
      assert.lengthOf(exits.filter(Exit.isSuccess), 1)
    })
  )

  it.effect("nor do those that wait for it keep who merely lost: a free communication is decided anew at once", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const sessions = yield* Sessions
      const { communications, organisation, drafts, completing } = yield* given
      const [held = aDraft(), lost = aDraft()] = drafts
      const token = freshToken()
      yield* sessions.open(token, { ...freshCaller(), organisation }, DateTime.add(yield* DateTime.now, { days: 1 }))
      const about = { _tag: "Id", id: lost.id } as const
      const { glance } = yield* sessions.authenticate(token, about)
      yield* completing(lost)
      const again = communications.modify(organisation, about, complete, act, glance)
      const waiting = yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`SELECT 1 FROM communications WHERE id = ${held.id}::uuid FOR UPDATE`
          const fibers = yield* Effect.forEach(Array(6).fill(held), (draft) => outside(completing(draft)))
          const waits = sql`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
          yield* Effect.repeat(waits, { until: ({ length }) => length >= 4 })
          assert.instanceOf(yield* Effect.flatMap(outside(Effect.flip(again)), Fiber.join), NotDraft)
          return fibers
        })
      )
      yield* Effect.forEach(waiting, Fiber.await)
    })
  )

  it.effect("whoever asks decides how long that may take, whatever others may", () =>
    Effect.gen(function* () {
      const { drafts, organisation } = yield* given
      const ports = yield* Layer.build(Layer.fresh(Postgres.layer)).pipe(
        Effect.provideService(Postgres.GroupCommit, true),
        Effect.provideService(Postgres.StorageTimeout, "1 millis")
      )
      const results = yield* Effect.forEach(
        drafts,
        ({ id }) =>
          Effect.flatMap(Communications, ({ modify }) => modify(organisation, { _tag: "Id", id }, complete, act)),
        { concurrency: "unbounded" }
      ).pipe(Effect.provide(ports))
      assert.deepStrictEqual(results, drafts.map(completed))
    }).pipe(Effect.scoped)
  )

  it.effect("what is done in a transaction is done in it: it sees what that stored, and is undone with it", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const sessions = yield* Sessions
      const { communications, organisation, drafts, completing } = yield* given
      const [draft = aDraft()] = drafts
      const [token, caller] = [freshToken(), freshCaller()]
      const tomorrow = DateTime.add(yield* DateTime.now, { days: 1 })
      const transaction = Effect.gen(function* () {
        yield* sessions.open(token, caller, tomorrow)
        assert.deepStrictEqual(yield* sessions.authenticate(token), caller)
        assert.deepStrictEqual(yield* completing(draft), completed(draft))
        return yield* Effect.fail("undone")
      })
      assert.strictEqual(yield* Effect.flip(sql.withTransaction(transaction)), "undone")
      assert.deepStrictEqual(yield* communications.find(organisation, { _tag: "Id", id: draft.id }), draft)
      assert.instanceOf(yield* Effect.flip(sessions.authenticate(token)), InvalidToken)
    })
  )

  it.effect("overlapping batches of two processes, in opposite orders, end without a deadlock", () =>
    Effect.gen(function* () {
      const { drafts, completing, organisation } = yield* given
      const other = yield* Effect.map(Layer.build(Layer.fresh(Postgres.layer)), (ports) =>
        Effect.provide(
          Effect.flatMap(Communications, (communications) =>
            Effect.forEach(
              drafts.toReversed(),
              ({ id }) => Effect.exit(communications.modify(organisation, { _tag: "Id", id }, complete, act)),
              { concurrency: "unbounded" }
            )
          ),
          ports
        )
      ).pipe(Effect.provideService(Postgres.GroupCommit, true))
      const mine = Effect.forEach(drafts, (draft) => Effect.exit(completing(draft)), { concurrency: "unbounded" })
      const [here, there] = yield* Effect.all([mine, other], { concurrency: 2 })
      for (const [index, exit] of here.entries()) {
        const their = there.toReversed()[index]
        assert.strictEqual([exit, their].filter((one) => one !== undefined && Exit.isSuccess(one)).length, 1)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("many tokens are checked at once, each for itself", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const known = Array.from({ length: 20 }, () => ({ token: freshToken(), caller: freshCaller() }))
      const tomorrow = DateTime.add(yield* DateTime.now, { days: 1 })
      for (const { token, caller } of known) yield* sessions.open(token, caller, tomorrow)
      const asked = known.flatMap(({ token, caller }) => [
        { token, expected: caller },
        { token: freshToken(), expected: undefined }
      ])
      const answers = yield* Effect.forEach(asked, ({ token }) => Effect.option(sessions.authenticate(token)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        answers.map((answer) => (answer._tag === "Some" ? answer.value : undefined)),
        asked.map(({ expected }) => expected)
      )
    })
  )
})
