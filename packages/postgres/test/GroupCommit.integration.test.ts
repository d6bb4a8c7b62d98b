import {
  type CommunicationIdentifier,
  CommunicationNotFound,
  Communications,
  Completed,
  completion,
  Draft,
  NotDraft,
  Sessions
} from "@communications/core"
import { aDraft, anAct, freshCaller, freshOrganisation, freshToken, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, layer, vi } from "@effect/vitest"
import { Array as Arrays, Cause, Deferred, Duration, Effect, Exit, Fiber, Layer, Redacted, Result } from "effect"
import { SqlClient } from "effect/sql"
import { lockWaits } from "./lockWaits.ts"

const Ports = Postgres.layer.pipe(
  Layer.provide(Layer.succeed(Postgres.GroupCommit, "all")),
  Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
  Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
  Layer.provideMerge(
    PgClient.layerFrom(
      Effect.flatMap(freshDatabase, (url) => PgClient.make({ url: Redacted.make(url), maxConnections: 10 }))
    )
  )
)

const act = anAct()

/** Runs an effect in a fiber outside the current transaction, as another request would. */
const outside = <A, E>(run: Effect.Effect<A, E>) =>
  Effect.sync(() => Effect.runFork(Effect.provideService(run, Postgres.StorageTimeout, "1 minute")))

/** Waits until two sessions wait for locks, which is the most for one organisation. Outside, because within a transaction `pg_stat_activity` never changes. */
const untilTwoWait = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const waits = sql.unsafe(`SELECT ${lockWaits}`)
  const found = yield* outside(Effect.repeat(waits, { until: ({ length }) => length >= 2 }))
  yield* Fiber.join(found)
})

/** Forty drafts of a new organisation, and the function that completes one. */
const given = Effect.gen(function* () {
  const communications = yield* Communications
  const organisation = freshOrganisation()
  const { contact_information } = aDraft()
  const drafts = Array.from({ length: 40 }, (_, index) => {
    const { _tag, ...members } = aDraft(String(index))
    return Draft.make({ ...members, contact_information })
  })
  yield* Effect.forEach(drafts, (draft) => store(organisation, draft), { concurrency: 8, discard: true })
  const completing = ({ id }: Draft) => communications.take(organisation, { _tag: "Id", id }, completion, act)
  return { communications, organisation, drafts, completing }
})

const completed = ({ _tag, ...draft }: Draft) =>
  Completed.make({ ...draft, version: draft.version + 1, completed_at: act.at, completed_by: act.by })

layer(Ports, { excludeTestServices: true, timeout: "1 minute" })("group commit", (it) => {
  it.effect("forty completions take fewer than twenty transactions, and each writes its history entry", () =>
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
    })
  )

  it.effect("a row that cannot be stored and a row that cannot be read fail only their own requests", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { communications, organisation, drafts, completing } = yield* given
      const [refused, unreadable] = drafts
      if (refused === undefined || unreadable === undefined) return assert.fail("expected 40 drafts")
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

  it.effect("exactly one of many requests for the same communication succeeds, by id or by number", () =>
    Effect.gen(function* () {
      const { communications, organisation, drafts, completing } = yield* given
      const [first = aDraft()] = drafts
      const byNumber = { _tag: "Number", number: first.number } as const
      const results = yield* Effect.forEach(
        Arrays.range(1, 40),
        (index) =>
          Effect.result(
            index % 2 === 0 ? completing(first) : communications.take(organisation, byNumber, completion, act)
          ),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(results, 40)
      assert.lengthOf(results.filter(Result.isSuccess), 1)
      const refusals = Arrays.getFailures(results)
      assert.isTrue(refusals.every((error) => error instanceof NotDraft))
      assert.lengthOf(yield* communications.history(organisation, first.id), 2)
    })
  )

  it.effect("requests of many organisations share transactions, and each completes its own communication", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const communications = yield* Communications
      const organisations = Arrays.makeBy(30, freshOrganisation)
      const draft = aDraft()
      // The last organisation has no communication.
      for (const organisation of organisations.slice(0, 29)) yield* store(organisation, draft)
      for (const identifier of [
        { _tag: "Id", id: draft.id } as const,
        { _tag: "Number", number: draft.number } as const
      ]) {
        const results = yield* Effect.forEach(
          organisations,
          (organisation, index) =>
            Effect.result(
              communications.take(organisation, identifier, completion, { ...act, request_id: String(index) })
            ),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(results.slice(0, 29), [
          ...Arrays.makeBy(29, (index) =>
            identifier._tag === "Id"
              ? Result.succeed(completed(draft))
              : Result.fail(completion.refuse(completed(draft), String(index)))
          )
        ])
        assert.deepStrictEqual(results.slice(29), [Result.fail(new CommunicationNotFound({ identifier }))])
      }
      for (const [index, organisation] of organisations.slice(0, 29).entries()) {
        const history = yield* communications.history(organisation, draft.id)
        assert.deepStrictEqual(
          history.map(({ to, request_id }) => (to === "DRAFT" ? to : request_id)),
          ["DRAFT", String(index)]
        )
      }
      const [transactions] = yield* sql<{ readonly count: number }>`
        SELECT count(DISTINCT xmin::text)::int AS count FROM communications
        WHERE id = ${draft.id}::uuid AND life_cycle_state = 'COMPLETED'`
      assert.isBelow(transactions?.count ?? 0, 15)
    })
  )

  it.effect("an unknown communication and a completed one refuse only their own requests", () =>
    Effect.gen(function* () {
      const { communications, organisation, drafts, completing } = yield* given
      const [done = aDraft(), ...free] = drafts
      const unknown = aDraft()
      const identifier = { _tag: "Id", id: unknown.id } as const
      yield* completing(done)
      const [known, refused] = yield* Effect.all(
        [
          Effect.forEach(free, completing, { concurrency: "unbounded" }),
          Effect.forEach([done, unknown], (draft) => Effect.flip(completing(draft)), { concurrency: "unbounded" })
        ],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(known, free.map(completed))
      assert.deepStrictEqual(refused, [
        completion.refuse(completed(done), act.request_id),
        new CommunicationNotFound({ identifier })
      ])
      assert.deepStrictEqual(yield* communications.history(organisation, unknown.id), [])
    })
  )

  it.effect("a batch locks only the rows that it changes", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { communications, organisation, drafts } = yield* given
      const elsewhere = freshOrganisation()
      yield* Effect.forEach(drafts.slice(0, 8), (draft) => store(elsewhere, draft))
      /** The drafts, with the last transaction that has locked each. */
      const unchanged = sql<{ readonly key: string; readonly xmax: string }>`
        SELECT organisation::text || id::text AS key, xmax::text FROM communications
        WHERE life_cycle_state = 'DRAFT' ORDER BY 1`
      const before = new Map((yield* unchanged).map(({ key, xmax }) => [key, xmax]))
      const requestAll = Effect.gen(function* () {
        for (const [index, [tag, other]] of (
          [
            ["Id", organisation],
            ["Number", organisation],
            ["Id", elsewhere],
            ["Number", elsewhere]
          ] as const
        ).entries()) {
          const requests = drafts.slice(2 * index, 2 * index + 2).map(({ id, number }, item) => {
            const identifier = tag === "Id" ? ({ _tag: "Id", id } as const) : ({ _tag: "Number", number } as const)
            return Effect.exit(communications.take(item === 0 ? organisation : other, identifier, completion, act))
          })
          yield* Effect.all(requests, { concurrency: "unbounded" })
        }
      })
      yield* requestAll
      const after = yield* unchanged
      assert.lengthOf(after, before.size - 8)
      for (const { key, xmax } of after) assert.strictEqual(xmax, before.get(key), key)
      const all = sql`SELECT organisation, id, xmax::text FROM communications ORDER BY 1, 2`
      const completed = yield* all
      yield* requestAll
      assert.deepStrictEqual(yield* all, completed)
    })
  )

  it.effect("with batches by organisation, no transaction has requests of two organisations", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { organisation, drafts } = yield* given
      const elsewhere = freshOrganisation()
      const few = drafts.slice(0, 4)
      yield* Effect.forEach(few, (draft) => store(elsewhere, draft))
      const byOrganisation = Layer.fresh(Postgres.layer).pipe(
        Layer.provide(Layer.succeed(Postgres.GroupCommit, "organisation")),
        Layer.provide(Layer.succeed(SqlClient.SqlClient, sql))
      )
      yield* Effect.flatMap(Communications, ({ take }) =>
        Effect.forEach(
          few.flatMap(({ id }) =>
            [organisation, elsewhere].map((one) => take(one, { _tag: "Id", id }, completion, act))
          ),
          (completing) => completing,
          { concurrency: "unbounded" }
        )
      ).pipe(Effect.provide(byOrganisation))
      const transactions = yield* sql<{ readonly organisations: number }>`
        SELECT count(DISTINCT organisation)::int AS organisations FROM communications
        WHERE life_cycle_state = 'COMPLETED' AND organisation IN (${organisation}::uuid, ${elsewhere}::uuid)
        GROUP BY xmin::text`
      assert.deepStrictEqual(new Set(transactions.map(({ organisations }) => organisations)), new Set([1]))
    })
  )

  it.effect("a request that has waited for its batch may wait for its row only for the rest of its time", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { drafts, completing } = yield* given
      const [locked = aDraft()] = drafts
      const now = performance.now.bind(performance)
      let calls = 0
      // The batch seems to take all but ten milliseconds of the minute that `StorageTimeout` allows.
      const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + (calls++ === 0 ? 0 : 59_990))
      const error = yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`SELECT 1 FROM communications WHERE id = ${locked.id}::uuid FOR UPDATE`
          return yield* Effect.flip(Fiber.join(yield* outside(completing(locked))))
        })
      )
      clock.mockRestore()
      assert.deepInclude(error, { _tag: "StorageUnavailable", reason: "timeout" })
    })
  )

  it.effect("a locked row does not delay requests for other communications", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { drafts, completing } = yield* given
      const [locked = aDraft(), ...free] = drafts
      const request = (draft: Draft) => outside(completing(draft))
      const waiting = yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`SELECT 1 FROM communications WHERE id = ${locked.id}::uuid FOR UPDATE`
          // Six requests would occupy both lanes if they waited in a batch.
          const fibers = yield* Effect.forEach(Array(6).fill(locked), request)
          for (const fiber of yield* Effect.forEach(free, request)) yield* Fiber.join(fiber)
          yield* Effect.forEach(fibers, (fiber) => Effect.sync(() => assert.isUndefined(fiber.pollUnsafe())))
          return fibers
        })
      )
      const exits = yield* Effect.forEach(waiting, Fiber.await)
      assert.lengthOf(exits.filter(Exit.isSuccess), 1)
    })
  )

  it.effect("requests that wait for a locked row delay neither a refusal nor another completion", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { drafts, completing } = yield* given
      const [locked = aDraft(), done = aDraft(), free = aDraft()] = drafts
      yield* completing(done)
      const waiting = yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`SELECT 1 FROM communications WHERE id = ${locked.id}::uuid FOR UPDATE`
          const fibers = yield* Effect.forEach(Array(6).fill(locked), (draft) => outside(completing(draft)))
          yield* untilTwoWait
          assert.instanceOf(yield* Effect.flatMap(outside(Effect.flip(completing(done))), Fiber.join), NotDraft)
          assert.deepStrictEqual(yield* Effect.flatMap(outside(completing(free)), Fiber.join), completed(free))
          return fibers
        })
      )
      yield* Effect.forEach(waiting, Fiber.await)
    })
  )

  it.effect(
    "views that wait for a locked row delay no completion or view, even if they outnumber the connections",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const { communications, organisation, drafts, completing } = yield* given
        const [locked = aDraft(), free = aDraft(), another = aDraft()] = drafts
        const view = ({ id }: Draft) => communications.view(organisation, { _tag: "Id", id }, act.at)
        const viewed = Draft.make({ ...locked, viewed_on: act.at })
        const waiting = yield* sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`SELECT 1 FROM communications WHERE id = ${locked.id}::uuid FOR UPDATE`
            const fibers = yield* Effect.forEach(Array(20).fill(locked), (draft) => outside(view(draft)))
            yield* untilTwoWait
            assert.deepStrictEqual(yield* Effect.flatMap(outside(completing(free)), Fiber.join), completed(free))
            const unlocked = yield* Effect.flatMap(outside(view(another)), Fiber.join)
            assert.deepStrictEqual(unlocked, Draft.make({ ...another, viewed_on: act.at }))
            assert.isTrue(fibers.every((fiber) => fiber.pollUnsafe() === undefined))
            return fibers
          })
        )
        for (const fiber of waiting) assert.deepStrictEqual(yield* Fiber.join(fiber), viewed)
      })
  )

  it.effect("a view that skips locked rows locks no other row", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const communications = yield* Communications
      // A statement stops at the row that it needs: all others come before, in the table and in its indexes.
      const [elsewhere = freshOrganisation(), organisation = elsewhere] = Arrays.makeBy(2, freshOrganisation).sort()
      const { contact_information } = aDraft()
      const ids = Arrays.makeBy(5, () => aDraft().id).sort()
      const drafts = ids.map((id, index) => {
        const { _tag, ...members } = aDraft(String(index))
        return Draft.make({ ...members, id, contact_information })
      })
      for (const owner of [elsewhere, organisation]) yield* Effect.forEach(drafts, (draft) => store(owner, draft))
      const [locked = aDraft(), , , one = aDraft(), other = aDraft()] = drafts
      const view = (identifier: CommunicationIdentifier) =>
        outside(communications.view(organisation, identifier, act.at))
      const viewBoth = Effect.forEach(
        [{ _tag: "Id", id: one.id } as const, { _tag: "Number", number: other.number } as const],
        (identifier) => Effect.flatMap(view(identifier), Fiber.join)
      )
      /** The other communications, with the last transaction that has locked each. */
      const others = sql<{ readonly number: string; readonly xmax: string }>`
        SELECT number, xmax::text FROM communications
        WHERE organisation = ${elsewhere}::uuid
          OR organisation = ${organisation}::uuid AND number NOT IN (${one.number}, ${other.number})
        ORDER BY organisation, id`
      const waiting = yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`
            SELECT 1 FROM communications WHERE organisation = ${organisation}::uuid AND id = ${locked.id}::uuid FOR UPDATE`
          const fibers = yield* Effect.forEach(Array(3).fill(locked), ({ id }: Draft) => view({ _tag: "Id", id }))
          yield* untilTwoWait
          const before = yield* others
          yield* viewBoth
          assert.deepStrictEqual(yield* others, before)
          return fibers
        })
      )
      yield* Effect.forEach(waiting, Fiber.await)
    })
  )

  it.effect("a request waits only for its own row, not for others that wait for a row locked longer", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { drafts, completing } = yield* given
      const [locked = aDraft(), brief = aDraft()] = drafts
      const lock = ({ id }: Draft) => sql`SELECT 1 FROM communications WHERE id = ${id}::uuid FOR UPDATE`
      const waiting = yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* lock(locked)
          const fibers = yield* Effect.forEach(Array(6).fill(locked), (draft) => outside(completing(draft)))
          yield* untilTwoWait
          const [hasLock, unlock] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
          const locking = yield* outside(
            sql.withTransaction(Effect.all([lock(brief), Deferred.succeed(hasLock, undefined), Deferred.await(unlock)]))
          )
          yield* Deferred.await(hasLock)
          const request = yield* outside(completing(brief))
          yield* Effect.sleep("20 millis")
          yield* Deferred.succeed(unlock, undefined)
          yield* Fiber.join(locking)
          assert.deepStrictEqual(yield* Fiber.join(request), completed(brief))
          return fibers
        })
      )
      yield* Effect.forEach(waiting, Fiber.await)
    })
  )

  it.effect("the timeout of the caller counts, not that of the layer", () =>
    Effect.gen(function* () {
      const { drafts, organisation } = yield* given
      const ports = yield* Layer.build(Layer.fresh(Postgres.layer)).pipe(
        Effect.provideService(Postgres.GroupCommit, "all"),
        Effect.provideService(Postgres.StorageTimeout, "1 millis")
      )
      const results = yield* Effect.forEach(
        drafts,
        ({ id }) =>
          Effect.flatMap(Communications, ({ take }) => take(organisation, { _tag: "Id", id }, completion, act)),
        { concurrency: "unbounded" }
      ).pipe(Effect.provide(ports))
      assert.deepStrictEqual(results, drafts.map(completed))
    }).pipe(Effect.scoped)
  )

  it.effect("in a transaction, steps see its uncommitted rows and are rolled back with it", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const { communications, organisation, drafts, completing } = yield* given
      const [draft = aDraft()] = drafts
      const transaction = Effect.gen(function* () {
        assert.deepStrictEqual(yield* completing(draft), completed(draft))
        return yield* Effect.fail("rolled back")
      })
      assert.strictEqual(yield* Effect.flip(sql.withTransaction(transaction)), "rolled back")
      assert.deepStrictEqual(yield* communications.find(organisation, { _tag: "Id", id: draft.id }), draft)
    })
  )

  it.effect("batches of two processes with the same rows in opposite order do not deadlock", () =>
    Effect.gen(function* () {
      const { drafts, completing, organisation } = yield* given
      const other = yield* Effect.map(Layer.build(Layer.fresh(Postgres.layer)), (ports) =>
        Effect.provide(
          Effect.flatMap(Communications, (communications) =>
            Effect.forEach(
              drafts.toReversed(),
              ({ id }) => Effect.exit(communications.take(organisation, { _tag: "Id", id }, completion, act)),
              { concurrency: "unbounded" }
            )
          ),
          ports
        )
      ).pipe(Effect.provideService(Postgres.GroupCommit, "all"))
      const mine = Effect.forEach(drafts, (draft) => Effect.exit(completing(draft)), { concurrency: "unbounded" })
      const [here, there] = yield* Effect.all([mine, other], { concurrency: 2 })
      for (const [index, exit] of here.entries()) {
        const otherExit = there.toReversed()[index]
        assert.strictEqual([exit, otherExit].filter((one) => one !== undefined && Exit.isSuccess(one)).length, 1)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("concurrent authentications return the caller of each token", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const known = Array.from({ length: 20 }, () => ({ token: freshToken(), caller: freshCaller() }))
      for (const { token, caller } of known) yield* sessions.open(token, caller, Duration.days(1))
      const requests = known.flatMap(({ token, caller }) => [
        { token, expected: caller },
        { token: freshToken(), expected: undefined }
      ])
      const results = yield* Effect.forEach(requests, ({ token }) => Effect.option(sessions.authenticate(token)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        results.map((result) => (result._tag === "Some" ? result.value : undefined)),
        requests.map(({ expected }) => expected)
      )
    })
  )
})
