import {
  Accounts,
  Attempts,
  type CommunicationIdentifier,
  CommunicationNumber,
  Communications,
  ContactInformations,
  ContactInformationType,
  completion,
  Direction,
  Draft,
  LifeCycleState,
  Media,
  Name,
  Sessions
} from "@communications/core"
import {
  aDraft,
  aKey,
  anAct,
  aPerson,
  freshCaller,
  freshId,
  freshOrganisation,
  freshToken,
  noon,
  store
} from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, layer, vi } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"

vi.setConfig({ testTimeout: 120_000 })

/** On one connection, so that a setting applies to every statement. */
const ports = (groupCommit: "all" | "organisation" | "off") =>
  Postgres.layer.pipe(
    Layer.provideMerge(Layer.succeed(Postgres.GroupCommit, groupCommit)),
    Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
    Layer.provideMerge(Layer.succeed(Postgres.PasswordCost, 4)),
    Layer.provideMerge(
      PgClient.layerFrom(
        Effect.flatMap(freshDatabase, (url) => PgClient.make({ url: Redacted.make(url), maxConnections: 1 }))
      )
    )
  )

const rowsPerTable = 20_000

/** Statements that fill every table with many rows. Communications and contacts are all of one organisation. */
const fill = (organisation: string, contact: string) => [
  `INSERT INTO contact_information (organisation, id, type, life_cycle_state, name, company_name, company_profile)
    SELECT '${organisation}', md5('contact' || i)::uuid, 'COMPANY', 'MARKETING', md5('name' || i), 'x', '{}'
    FROM generate_series(1, ${rowsPerTable}) AS i`,
  `INSERT INTO communications
      (organisation, id, number, life_cycle_state, created_at, direction, media, contact_information)
    SELECT '${organisation}', md5('communication' || i)::uuid, 'x' || i, 'DRAFT', now() - i * interval '1 second',
      'OUTGOING', (ARRAY['EMAIL', 'SMS'])[1 + i % 2], '${contact}'
    FROM generate_series(1, ${rowsPerTable}) AS i`,
  `INSERT INTO communication_history (organisation, communication, version, "to", at, by, era)
    SELECT organisation, id, 1, 'DRAFT', created_at, id, 1 FROM communications WHERE number LIKE 'x%'`,
  `INSERT INTO communication_numbers SELECT md5('organisation' || i)::uuid, 1 FROM generate_series(1, ${rowsPerTable}) AS i`,
  `INSERT INTO organisations SELECT md5('organisation' || i)::uuid, 'x' || i FROM generate_series(1, ${rowsPerTable}) AS i`,
  `INSERT INTO users (organisation, "user", username, password_hash)
    SELECT organisation, organisation, name, '' FROM organisations`,
  `INSERT INTO sessions
    SELECT sha256(i::text::bytea), md5('organisation' || i)::uuid, md5('user' || i)::uuid, now() + i * interval '1 second'
    FROM generate_series(-${rowsPerTable}, ${rowsPerTable}) AS i`,
  `INSERT INTO attempts
    SELECT sha256(i::text::bytea), now() + i * interval '1 second' FROM generate_series(-${rowsPerTable}, ${rowsPerTable}) AS i`,
  "ANALYZE"
]

const given = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [organisation, draft] = [freshOrganisation(), aDraft()]
  yield* store(organisation, draft)
  for (const text of fill(organisation, draft.contact_information.id)) yield* sql.unsafe(text)
  return { organisation, draft }
})

const orAny = <A>(values: ReadonlyArray<A>): ReadonlyArray<A | undefined> => [undefined, ...values]

/** Runs every operation of the ports, with every form that its statement can have. */
const operations = Effect.fnUntraced(function* ({ organisation, draft }: Effect.Success<typeof given>) {
  const [accounts, attempts, sessions] = [yield* Accounts, yield* Attempts, yield* Sessions]
  const [communications, contacts] = [yield* Communications, yield* ContactInformations]
  const { _tag, ...members } = draft
  const another = () => ({ ...members, id: aDraft().id, number: CommunicationNumber.make(freshId()) })
  const byNumber = (number: CommunicationNumber): CommunicationIdentifier => ({ _tag: "Number", number })

  for (const contact_information of orAny([draft.contact_information.id])) {
    for (const life_cycle_state of orAny(LifeCycleState.literals)) {
      for (const direction of orAny(Direction.literals)) {
        for (const media of orAny(Media.literals)) {
          for (const [after, offset] of [[undefined, 0] as const, [draft.id, 0] as const, [undefined, 1000] as const]) {
            const filter = { contact_information, life_cycle_state, direction, media }
            yield* communications.list(organisation, { ...filter, after, offset, limit: 25 })
          }
        }
      }
    }
  }
  const created = yield* communications.create(organisation, (number) => Draft.make({ ...another(), number }), anAct())
  const added = Draft.make(another())
  yield* communications.add(organisation, added, anAct())
  yield* communications.find(organisation, { _tag: "Id", id: added.id })
  yield* communications.view(organisation, byNumber(added.number), noon)
  yield* communications.view(organisation, { _tag: "Id", id: added.id }, noon)
  yield* communications.take(organisation, byNumber(created.number), completion, anAct())
  yield* communications.take(organisation, { _tag: "Id", id: added.id }, completion, anAct())
  for (const byIdOrNumber of [
    ({ id }: Draft) => ({ _tag: "Id", id }) as const,
    ({ number }: Draft) => byNumber(number)
  ]) {
    const drafts = [freshOrganisation(), freshOrganisation()].map((other) => [other, Draft.make(another())] as const)
    for (const [other, draft] of drafts) yield* store(other, draft)
    yield* Effect.forEach(
      drafts,
      ([other, draft]) => communications.take(other, byIdOrNumber(draft), completion, anAct()),
      { concurrency: "unbounded", discard: true }
    )
  }
  yield* communications.history(organisation, added.id)
  const others = [freshOrganisation(), freshOrganisation(), organisation]
  const together = others.map((organisation) => ({ organisation, draft: Draft.make(another()) }))
  for (const { organisation, draft } of together) yield* store(organisation, draft)
  for (const identifierOf of [
    ({ id }: Draft) => ({ _tag: "Id", id }) as const,
    ({ number }: Draft) => byNumber(number)
  ]) {
    yield* Effect.forEach(
      together,
      ({ organisation, draft }) =>
        Effect.ignore(communications.take(organisation, identifierOf(draft), completion, anAct())),
      { concurrency: "unbounded" }
    )
    const stale = communications.take(organisation, identifierOf(added), completion, anAct(), { expectedVersion: 1 })
    yield* Effect.flip(stale)
  }
  const contact = aPerson()
  yield* contacts.add(organisation, contact)
  for (const act of [anAct(), anAct()].map((act) => ({ ...act, idempotency: aKey() }))) {
    const { by, idempotency } = act
    yield* communications.create(organisation, (number) => Draft.make({ ...another(), number }), act)
    yield* communications.findByKey(organisation, by, idempotency.key)
    yield* contacts.add(organisation, aPerson(), act)
    yield* contacts.findByKey(organisation, by, idempotency.key)
    const keyed = Draft.make(another())
    yield* store(organisation, keyed)
    const { key } = aKey()
    yield* communications.take(organisation, byNumber(keyed.number), completion, {
      ...act,
      idempotency: { ...idempotency, key }
    })
  }
  yield* contacts.find(organisation, contact.id)
  for (const name of orAny(["", "abc", contact.name])) {
    for (const type of orAny(ContactInformationType.literals)) {
      for (const after of orAny([contact.id, draft.contact_information.id])) {
        yield* contacts.list(organisation, { name, type, after, limit: 25 })
      }
    }
  }

  const [caller, token, name, password] = [freshCaller(), freshToken(), Name.make(freshId()), Redacted.make("secret")]
  yield* accounts.addOrganisation(caller.organisation, name)
  yield* accounts.addUser(caller, name, password)
  yield* accounts.organisation(name)
  yield* accounts.user(caller.organisation, name)
  const authenticated = yield* accounts.authenticate({ organisation: name, username: name, password })
  yield* accounts.organisations({ after: name, limit: 1000 })
  yield* accounts.users(caller.organisation, { after: name, limit: 1000 })
  yield* accounts.users(caller.organisation, { limit: 1000 })
  yield* accounts.usernames(caller.organisation, [caller.user, freshCaller().user])
  yield* sessions.openAuthenticated(freshToken(), authenticated, Duration.zero)
  yield* accounts.setPassword(caller.organisation, name, password)
  yield* accounts.disable(caller.organisation, name)
  yield* accounts.enable(caller.organisation, name)
  yield* sessions.open(token, caller, Duration.zero)
  yield* Effect.flip(sessions.authenticate(token))
  const open = freshToken()
  yield* sessions.open(open, { ...caller, organisation }, Duration.days(1))
  yield* sessions.authenticate(open)
  yield* Effect.flip(sessions.release(token))
  yield* sessions.releaseAll(caller)
  const limit = { key: name, burst: 1, every: Duration.seconds(60) }
  yield* attempts.take(limit)
  yield* Effect.flip(attempts.take(limit))
  yield* attempts.giveBack(limit)
})

/** The number of sequential scans of each table. */
const scans = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`SELECT pg_stat_force_next_flush()`
  const rows = yield* sql<{ readonly table: string; readonly scans: string }>`
    SELECT relname AS table, seq_scan::text AS scans FROM pg_stat_user_tables
    WHERE relname NOT IN ('communications_migrations', 'log_eras', 'log_positions') ORDER BY relname`
  assert.isAtLeast(rows.length, 8)
  return rows
})

for (const groupCommit of ["off", "all", "organisation"] as const)
  layer(ports(groupCommit), { excludeTestServices: true, timeout: "1 minute" })(
    `with large tables and group commit ${groupCommit}`,
    (it) => {
      it.effect("no operation scans a whole table, with custom or generic plans", () =>
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const stored = yield* given
          for (const mode of ["force_custom_plan", "force_generic_plan"]) {
            yield* sql.unsafe(`SET plan_cache_mode = ${mode}`)
            const before = yield* scans
            yield* operations(stored)
            assert.deepStrictEqual(yield* scans, before, mode)
          }
          const before = yield* scans
          yield* sql`SELECT count(subject) FROM communications`
          assert.notDeepEqual(yield* scans, before, "the statistics did not show a scan")
        })
      )
    }
  )

layer(ports("off"), { excludeTestServices: true, timeout: "1 minute" })("with many contacts", (it) => {
  it.effect("a list of contacts reads only the rows of the page, or those whose names match", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const contacts = yield* ContactInformations
      const { organisation, draft } = yield* given
      const [row] = yield* sql<{ readonly matching: number }>`
        SELECT count(*)::integer AS matching FROM contact_information
        WHERE organisation = ${organisation}::uuid AND name LIKE 'ab%'`
      const matching = row?.matching ?? assert.fail("no row")
      const read = Effect.gen(function* () {
        yield* sql`SELECT pg_stat_force_next_flush()`
        const [row] = yield* sql<{ readonly rows: number }>`
          SELECT sum(idx_tup_read)::integer AS rows FROM pg_stat_user_indexes WHERE relname = 'contact_information'`
        return row?.rows ?? assert.fail("no row")
      })
      for (const mode of ["force_custom_plan", "force_generic_plan"]) {
        yield* sql.unsafe(`SET plan_cache_mode = ${mode}`)
        for (const after of orAny([draft.contact_information.id])) {
          for (const [name, most] of [
            [undefined, 2 * 25],
            ["AB", matching]
          ] as const) {
            const before = yield* read
            yield* contacts.list(organisation, { name, after, limit: 25 })
            assert.isAtMost((yield* read) - before, most + 25 + 1, `${mode} ${name} ${after}`)
          }
        }
      }
    })
  )
})

layer(ports("off"), { excludeTestServices: true, timeout: "1 minute" })("with many sessions", (it) => {
  it.effect("a look-up reads one of them", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const sessions = yield* Sessions
      yield* sql.unsafe(`
        INSERT INTO sessions SELECT sha256(i::text::bytea), md5('organisation')::uuid, md5('user')::uuid, now() + interval '1 day'
        FROM generate_series(1, ${rowsPerTable}) AS i`)
      yield* sql`ANALYZE sessions`
      const [token, caller] = [freshToken(), freshCaller()]
      yield* sessions.open(token, caller, Duration.days(1))
      const read = Effect.gen(function* () {
        yield* sql`SELECT pg_stat_force_next_flush()`
        const [row] = yield* sql<{ readonly rows: number }>`
          SELECT (seq_tup_read + idx_tup_fetch)::integer AS rows FROM pg_stat_user_tables WHERE relname = 'sessions'`
        return row?.rows ?? assert.fail("no row")
      })
      const before = yield* read
      assert.deepStrictEqual(yield* sessions.authenticate(token), caller)
      assert.strictEqual((yield* read) - before, 1)
    })
  )
})
