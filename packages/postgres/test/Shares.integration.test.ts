import {
  Accounts,
  Attempts,
  CommunicationId,
  Communications,
  ContactInformations,
  completion,
  Draft,
  type OrganisationId,
  Sessions
} from "@communications/core"
import { aDraft, anAct, aPerson, freshId, freshOrganisation, freshToken, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, it, vi } from "@effect/vitest"
import { Context, DateTime, Deferred, Duration, Effect, Fiber, Layer, Option, Redacted } from "effect"
import { Concurrency } from "../src/statements/Transactions.ts"
import { lockWaits } from "./lockWaits.ts"

vi.setConfig({ testTimeout: 120_000 })

/** The ports on a pool, with the draft of an organisation, and a second pool for the test itself. */
const givenOn = Effect.fnUntraced(function* (maxConnections: number) {
  const url = yield* freshDatabase
  const ports = yield* Layer.build(
    Postgres.layer.pipe(
      Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
      Layer.provideMerge(Layer.succeed(Concurrency, maxConnections)),
      Layer.provideMerge(PgClient.layer({ url: Redacted.make(url), maxConnections }))
    )
  )
  yield* Effect.provide(Postgres.migrate, ports)
  const sql = yield* Effect.map(
    Layer.build(PgClient.layer({ url: Redacted.make(url) })),
    Context.get(PgClient.PgClient)
  )
  const [organisation, draft] = [freshOrganisation(), aDraft()]
  yield* Effect.provide(store(organisation, draft), ports)
  const communications = Context.get(ports, Communications)
  const list = (of = organisation) =>
    communications.list(of, { contact_information: undefined, life_cycle_state: "DRAFT", limit: 10, offset: 0 })
  const { _tag, ...members } = draft
  const create = (of = organisation) =>
    communications.create(
      of,
      (number) => Draft.make({ ...members, id: CommunicationId.make(freshId()), number }),
      anAct()
    )

  /** The statements that wait for a lock. */
  const waiting = sql.unsafe(`SELECT ${lockWaits}`)
  const untilWaiting = (count: number) => Effect.repeat(waiting, { until: ({ length }) => length >= count })
  /** Runs an effect while a transaction holds the locks that a statement takes. */
  const whileLocked = <A, E>(lock: string, run: Effect.Effect<A, E>) =>
    Effect.gen(function* () {
      const [locked, unlock] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const holding = yield* Effect.forkChild(
        sql.withTransaction(
          Effect.all([sql.unsafe(lock), Deferred.succeed(locked, undefined), Deferred.await(unlock)], { discard: true })
        )
      )
      yield* Deferred.await(locked)
      const result = yield* run
      yield* Deferred.succeed(unlock, undefined)
      yield* Fiber.join(holding)
      return result
    })
  return { ports, organisation, draft, communications, list, create, waiting, untilWaiting, whileLocked }
})
const given = givenOn(10)
type Given = Effect.Success<typeof given>

const history = ({ communications, organisation, draft }: Given) => communications.history(organisation, draft.id)
const credentials = { organisation: "x", username: "x", password: Redacted.make("x") }

/** For each kind of work: the table whose lock stops it, its statement, and one of another kind that needs no such table. */
const kinds: ReadonlyArray<{
  readonly kind: string
  readonly table: string
  readonly run: (given: Given) => Effect.Effect<unknown, unknown>
  readonly other: (given: Given) => Effect.Effect<unknown, unknown>
}> = [
  { kind: "lists", table: "contact_information", run: ({ list }) => list(), other: history },
  { kind: "reads", table: "communication_history", run: history, other: ({ list }) => list() },
  {
    kind: "creations",
    table: "contact_information",
    run: ({ ports, organisation }) => Context.get(ports, ContactInformations).add(organisation, aPerson()),
    other: history
  },
  {
    kind: "steps",
    table: "communication_history",
    run: ({ communications, organisation, draft }) =>
      communications.take(organisation, { _tag: "Id", id: draft.id }, completion, anAct()),
    other: ({ list }) => list()
  },
  {
    kind: "views",
    table: "communications",
    run: ({ communications, organisation, draft }) =>
      Effect.flatMap(DateTime.now, (now) => communications.view(organisation, { _tag: "Id", id: draft.id }, now)),
    other: history
  },
  {
    kind: "look-ups of sessions",
    table: "sessions",
    run: ({ ports }) => Context.get(ports, Sessions).authenticate(freshToken()),
    other: ({ list }) => list()
  },
  {
    kind: "log-ins",
    table: "attempts",
    run: ({ ports }) => Context.get(ports, Attempts).take({ key: freshId(), burst: 1, every: Duration.seconds(1) }),
    other: ({ list }) => list()
  },
  {
    kind: "attempts that are given back",
    table: "attempts",
    run: ({ ports }) => Context.get(ports, Attempts).giveBack({ key: freshId(), burst: 1, every: Duration.seconds(1) }),
    other: ({ list }) => list()
  },
  {
    kind: "log-ins",
    table: "users",
    run: ({ ports }) =>
      Effect.provideService(Context.get(ports, Accounts).authenticate(credentials), Postgres.PasswordCost, 4),
    other: ({ list }) => list()
  }
]

for (const { kind, table, run, other } of kinds) {
  it.live(`${kind} that wait for the table ${table} use at most their share of the connections`, () =>
    Effect.gen(function* () {
      const setup = yield* given
      const most = kind === "lists" ? 1 : 5
      const waiting = yield* setup.whileLocked(
        `LOCK TABLE ${table}`,
        Effect.gen(function* () {
          const fibers = yield* Effect.forEach(Array(20).fill(setup), (setup) => Effect.forkChild(run(setup)))
          yield* setup.untilWaiting(kind === "steps" ? 2 : most)
          yield* other(setup)
          assert.isAtMost((yield* setup.waiting).length, most)
          return fibers
        })
      )
      yield* Effect.forEach(waiting, Fiber.await)
    })
  )
}

it.live("organisations take turns: many lists of one do not delay a list of another", () =>
  Effect.gen(function* () {
    const { list, untilWaiting, whileLocked } = yield* given
    const another = freshOrganisation()
    const [many, one] = yield* whileLocked(
      "LOCK TABLE contact_information",
      Effect.gen(function* () {
        const many = yield* Effect.forEach(Array(200).fill(undefined), () => Effect.forkChild(list()))
        yield* untilWaiting(1)
        return [many, yield* Effect.forkChild(list(another))] as const
      })
    )
    yield* Fiber.join(one)
    assert.isAbove(many.filter((fiber) => fiber.pollUnsafe() === undefined).length, 0)
    yield* Effect.forEach(many, Fiber.join)
  })
)

for (const [connections, waits, nth] of [
  [10, 2, "first"],
  [2, 1, "second"]
] as const) {
  it.live(
    `on ${connections} connections, while the numbers of one organisation are locked, another creates its ${nth} communication`,
    () =>
      Effect.gen(function* () {
        const { ports, organisation, draft, create, untilWaiting, whileLocked } = yield* givenOn(connections)
        const another = freshOrganisation()
        yield* Effect.provide(store(another, draft), ports)
        yield* create()
        // The first one of an organisation waits for its turn if as many wait as may.
        if (nth === "second") yield* create(another)
        const waiting = yield* whileLocked(
          `SELECT FROM communication_numbers WHERE organisation = '${organisation}' FOR UPDATE`,
          Effect.gen(function* () {
            const fibers = yield* Effect.forEach(Array(20).fill(undefined), () => Effect.forkChild(create()))
            yield* untilWaiting(waits)
            yield* create(another)
            assert.isTrue(fibers.every((fiber) => fiber.pollUnsafe() === undefined))
            return fibers
          })
        )
        yield* Effect.forEach(waiting, Fiber.join)
      })
  )
}

it.live("statements in a transaction do not wait for the share of their kind", () =>
  Effect.gen(function* () {
    const { ports, list, untilWaiting, whileLocked, communications, organisation, draft } = yield* given
    const read = communications.history(organisation, draft.id)
    const waiting = yield* whileLocked(
      "LOCK TABLE communication_history",
      Effect.gen(function* () {
        const fibers = yield* Effect.forEach(Array(5).fill(undefined), () => Effect.forkChild(read))
        yield* untilWaiting(5)
        const find = communications.find(organisation, { _tag: "Id", id: draft.id })
        yield* Context.get(ports, PgClient.PgClient).withTransaction(find)
        yield* list()
        return fibers
      })
    )
    yield* Effect.forEach(waiting, Fiber.join)
  })
)

for (const connections of [2, 3, 4, 6, 8]) {
  it.live(`on ${connections} connections, locked rows of two organisations do not delay the steps of a third`, () =>
    Effect.gen(function* () {
      const { ports, draft, communications, untilWaiting, whileLocked } = yield* givenOn(connections)
      const [first, second, third] = [freshOrganisation(), freshOrganisation(), freshOrganisation()]
      const ofAll = { ...draft, id: CommunicationId.make(freshId()) }
      for (const organisation of [first, second, third]) yield* Effect.provide(store(organisation, ofAll), ports)
      const complete = (organisation: OrganisationId) =>
        communications.take(organisation, { _tag: "Id", id: ofAll.id }, completion, anAct())
      const [waiting, completed] = yield* whileLocked(
        `SELECT FROM communications WHERE organisation IN ('${first}', '${second}') FOR UPDATE`,
        Effect.gen(function* () {
          const fibers = yield* Effect.forEach([first, second, first, second, first, second], (organisation) =>
            Effect.forkChild(Effect.exit(complete(organisation)))
          )
          yield* untilWaiting(connections >> 1)
          return [fibers, yield* Effect.timeoutOption(complete(third), "3 seconds")] as const
        })
      )
      yield* Effect.forEach(waiting, Fiber.join)
      assert.isTrue(Option.isSome(completed))
    })
  )
}
