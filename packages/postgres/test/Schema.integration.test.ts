import { Communications } from "@communications/core"
import { aDraft, contracts, freshId, freshOrganisation, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Exit, Layer, Predicate, Redacted } from "effect"
import { SqlClient, type SqlError } from "effect/sql"

const open = (url: string) => Layer.build(PgClient.layer({ url: Redacted.make(url), maxConnections: 10 }))

const Database = Layer.provideMerge(
  Layer.effectDiscard(Postgres.migrate),
  Layer.effectContext(Effect.flatMap(freshDatabase, open))
)

const organisation = freshId()
const person = {
  ...{ organisation, id: freshId(), type: "PERSON", life_cycle_state: "MARKETING", name: "Ada Lovelace" },
  ...{ first_name: "Ada", last_name: "Lovelace", company_name: null, demographics: "{}", company_profile: null }
}
const company = {
  ...{ organisation, id: freshId(), type: "COMPANY", life_cycle_state: "FINANCIAL", name: "Engines" },
  ...{ first_name: null, last_name: null, company_name: "Engines", demographics: null, company_profile: "{}" }
}
const draft = {
  ...{ organisation, id: freshId(), number: "41", life_cycle_state: "DRAFT", contact_information: person.id },
  ...{ created_at: "2026-01-31T09:00:00Z", direction: "INCOMING", media: "SMS" },
  ...{ completed_at: null, completed_by: null }
}
const completed = {
  ...{ ...draft, id: freshId(), number: "42", life_cycle_state: "COMPLETED" },
  ...{ completed_at: "2026-01-31T12:00:00Z", completed_by: freshId() }
}
const step = {
  ...{ organisation, communication: draft.id, version: 2, from: "DRAFT", to: "COMPLETED" },
  ...{ at: "2026-01-31T12:00:00Z", by: freshId(), era: 1 }
}
const key = { idempotency_key: "key", idempotency_fingerprint: new Uint8Array(32) }
const keyedStep = { ...step, ...key, version: 9 }
const keyedPerson = { ...person, ...key, id: freshId(), idempotency_by: freshId() }
/** Columns of an idempotency key that do not fit together. */
const wrongKeys = [
  { idempotency_key: null },
  { idempotency_fingerprint: null },
  { idempotency_key: "" },
  { idempotency_key: "x".repeat(256) },
  { idempotency_fingerprint: new Uint8Array(31) }
]
const numbers = { organisation, last: 1 }
const tenant = { organisation, name: "Engines" }
const user = { organisation, user: freshId(), username: "ada", password_hash: "$scrypt$" }
const attempt = { key_hash: new Uint8Array(32), full_at: "2026-01-31T12:00:00Z" }
const subscription = { subscription: "mail", era: 1, position: 1 }
const parked = {
  ...{ organisation, communication: draft.id, subscription: "mail", version: 1, event: freshId() },
  ...{ error: "", attempts: 1 }
}
const session = { organisation, token_hash: new Uint8Array(32), user: freshId(), expires_at: "2026-01-31T12:00:00Z" }

/** Rows that conflict with the domain or with the valid rows above, by the constraint that rejects them. */
const violations: Record<string, readonly [table: string, rows: ReadonlyArray<Record<string, unknown>>]> = {
  contact_information_pkey: ["contact_information", [person]],
  contact_information_life_cycle_state: ["contact_information", [{ ...person, life_cycle_state: "DRAFT" }]],
  contact_information_name: ["contact_information", [{ ...person, name: "" }]],
  contact_information_type: [
    "contact_information",
    [
      { ...person, type: "ROBOT" },
      { ...person, first_name: null },
      { ...person, first_name: "" },
      { ...person, last_name: null },
      { ...person, last_name: "" },
      { ...person, demographics: null },
      { ...person, company_profile: "{}" },
      { ...company, company_name: null },
      { ...company, company_name: "" },
      { ...company, demographics: "{}" },
      { ...company, company_profile: null }
    ]
  ],
  contact_information_idempotency: [
    "contact_information",
    [...wrongKeys, { idempotency_by: null }].map((wrong) => ({ ...keyedPerson, id: freshId(), ...wrong }))
  ],
  contact_information_by_idempotency_key: ["contact_information", [{ ...keyedPerson, id: freshId() }]],
  communications_pkey: ["communications", [{ ...draft, number: "43" }]],
  communications_number_unique: ["communications", [{ ...draft, id: freshId() }]],
  communications_number: [
    "communications",
    [
      { ...draft, number: "" },
      { ...draft, number: "1".repeat(101) }
    ]
  ],
  communications_contact_information: [
    "communications",
    [
      { ...draft, id: freshId(), number: "43", contact_information: freshId() },
      { ...draft, organisation: freshId() }
    ]
  ],
  communications_life_cycle_state: [
    "communications",
    [
      { ...draft, life_cycle_state: "SENT" },
      { ...draft, completed_at: completed.completed_at },
      { ...draft, completed_by: completed.completed_by },
      { ...completed, completed_at: null },
      { ...completed, completed_by: null }
    ]
  ],
  communications_direction: ["communications", [{ ...draft, id: freshId(), number: "43", direction: "SIDEWAYS" }]],
  communications_media: ["communications", [{ ...draft, id: freshId(), number: "43", media: "PIGEON" }]],
  communication_history_pkey: ["communication_history", [step]],
  communication_history_communication: [
    "communication_history",
    [
      { ...step, communication: freshId() },
      { ...step, organisation: freshId() }
    ]
  ],
  communication_history_step: [
    "communication_history",
    [
      { ...step, version: 3, from: "COMPLETED" },
      { ...step, version: 3, from: "SENT" },
      { ...step, version: 3, to: "SENT" }
    ]
  ],
  communication_history_idempotency: [
    "communication_history",
    wrongKeys.map((wrong) => ({ ...keyedStep, version: 10, ...wrong }))
  ],
  communication_history_by_idempotency_key: ["communication_history", [{ ...keyedStep, version: 10 }]],
  communication_numbers_pkey: ["communication_numbers", [numbers]],
  organisations_pkey: ["organisations", [{ ...tenant, name: "Others" }]],
  organisations_name_unique: ["organisations", [{ ...tenant, organisation: freshId() }]],
  organisations_name: [
    "organisations",
    [
      { organisation: freshId(), name: "" },
      { organisation: freshId(), name: "x".repeat(101) }
    ]
  ],
  users_pkey: ["users", [{ ...user, username: "bob" }]],
  users_username_unique: ["users", [{ ...user, user: freshId() }]],
  users_username: [
    "users",
    [
      { ...user, user: freshId(), username: "" },
      { ...user, user: freshId(), username: "x".repeat(101) }
    ]
  ],
  users_organisation: ["users", [{ ...user, organisation: freshId() }]],
  attempts_pkey: ["attempts", [attempt]],
  attempts_key_hash: ["attempts", [{ ...attempt, key_hash: new Uint8Array(31) }]],
  log_eras_pkey: ["log_eras", [{ era: 2 }]],
  log_eras_one_row: ["log_eras", [{ one_row: false, era: 2 }]],
  log_positions_pkey: ["log_positions", [{ last: 2 }]],
  log_positions_one_row: ["log_positions", [{ one_row: false, last: 2 }]],
  subscriptions_pkey: ["subscriptions", [subscription]],
  parked_events_pkey: ["parked_events", [parked]],
  parked_events_subscription: ["parked_events", [{ ...parked, subscription: "other" }]],
  sessions_pkey: ["sessions", [session]],
  sessions_token_hash: [
    "sessions",
    [
      { ...session, token_hash: new Uint8Array(31) },
      { ...session, token_hash: new Uint8Array(33) }
    ]
  ]
}

/** The name of the violated constraint, from the error of PostgreSQL. */
const constraintOf = ({ reason: { cause } }: SqlError.SqlError) =>
  Predicate.hasProperty(cause, "constraint") ? cause.constraint : cause

layer(Database, { excludeTestServices: true, timeout: "1 minute" })("the schema", (it) => {
  it.effect("rejects rows that the domain does not allow, and every constraint is tested here", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const insert = (table: string, row: Record<string, unknown>) => sql`INSERT INTO ${sql(table)} ${sql.insert(row)}`
      for (const row of [person, company, keyedPerson]) yield* insert("contact_information", row)
      for (const row of [draft, completed]) yield* insert("communications", row)
      yield* insert("sessions", session)
      for (const row of [step, keyedStep]) yield* insert("communication_history", row)
      yield* insert("communication_numbers", numbers)
      yield* insert("organisations", tenant)
      yield* insert("users", user)
      yield* insert("attempts", attempt)
      yield* insert("subscriptions", subscription)
      yield* insert("parked_events", parked)
      for (const [constraint, [table, rows]] of Object.entries(violations)) {
        for (const row of rows) assert.strictEqual(constraintOf(yield* Effect.flip(insert(table, row))), constraint)
      }
      const constraints = yield* sql<{ readonly name: string }>`
        SELECT conname AS name FROM pg_constraint
        WHERE connamespace = 'communications'::regnamespace AND contype <> 'n'
          AND conrelid <> 'communications_migrations'::regclass
        UNION ALL
        SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        WHERE indisunique AND indpred IS NOT NULL AND relnamespace = 'communications'::regnamespace`
      assert.sameMembers(
        constraints.map(({ name }) => name),
        Object.keys(violations)
      )
    })
  )

  it.effect("allows null only in the columns of optional members", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const columns = yield* sql<{ readonly name: string }>`
        SELECT table_name || '.' || column_name AS name FROM information_schema.columns
        WHERE table_schema = 'communications' AND is_nullable = 'YES'`
      assert.sameMembers(
        columns.map(({ name }) => name),
        [
          ...["first_name", "middle_name", "last_name", "title", "company_name", "demographics", "company_profile"].map(
            (name) => `contact_information.${name}`
          ),
          ...["subject", "content", "viewed_on", "completed_at", "completed_by"].map(
            (name) => `communications.${name}`
          ),
          ...["idempotency_by", "idempotency_key", "idempotency_fingerprint"].map(
            (name) => `contact_information.${name}`
          ),
          ...["from", "request_id", "position", "idempotency_key", "idempotency_fingerprint"].map(
            (name) => `communication_history.${name}`
          ),
          "subscriptions.holder",
          "users.disabled_at"
        ]
      )
    })
  )

  it.effect("begins every key with the organisation, except those of logins, sessions and the log", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keys = yield* sql`
        SELECT indexrelid::regclass::text AS key, attname AS begins_with
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
        WHERE indisunique AND relnamespace = 'communications'::regnamespace AND relname <> 'communications_migrations'
          AND attname IS DISTINCT FROM 'organisation' ORDER BY 1`
      assert.deepStrictEqual(keys, [
        { key: "attempts_pkey", begins_with: "key_hash" },
        { key: "log_eras_pkey", begins_with: "one_row" },
        { key: "log_positions_pkey", begins_with: "one_row" },
        { key: "organisations_name_unique", begins_with: "name" },
        { key: "sessions_pkey", begins_with: "token_hash" },
        { key: "subscriptions_pkey", begins_with: "subscription" }
      ])
    })
  )

  for (const demographics of ['{"gender": "X"}', "null", "[]", '"none"']) {
    it.effect(`an invalid row is a defect: demographics ${demographics}`, () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const communications = yield* Communications
        const [organisation, draft] = [freshOrganisation(), aDraft()]
        yield* store(organisation, draft)
        yield* sql`
          UPDATE contact_information SET demographics = ${demographics}
          WHERE organisation = ${organisation}::uuid`
        const exit = yield* Effect.exit(communications.find(organisation, { _tag: "Id", id: draft.id }))
        assert.isTrue(Exit.hasDies(exit))
      }).pipe(Effect.provide(Postgres.layer))
    )
  }
})

/** Sets the isolation level of later connections to the database. */
const isolate = (isolation: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) =>
    sql.unsafe(`
      DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''${isolation}''', current_database());
      END $$`)
  )

describe("migrate", () => {
  const keys = Object.keys(Postgres.migrations)
  const tables = Effect.flatMap(
    SqlClient.SqlClient,
    (sql) => sql<{ readonly name: string }>`
      SELECT tablename AS name FROM pg_tables WHERE schemaname = 'communications' ORDER BY 1`
  )

  it("numbers the migrations without a gap", () => {
    assert.deepStrictEqual(
      keys.map((key) => /^(\d{4})_\w+$/.exec(key)?.[1]),
      keys.map((_, index) => String(index + 1).padStart(4, "0"))
    )
  })

  it.live.each(["read committed", "serializable"])(
    "applies every migration once, even if four processes migrate at once, twice, by default %s",
    (isolation) =>
      Effect.gen(function* () {
        const url = yield* freshDatabase
        yield* Effect.provide(isolate(isolation), yield* open(url))
        const clients = yield* Effect.all([open(url), open(url), open(url), open(url)])
        const migrateAll = Effect.map(
          Effect.forEach(clients, (client) => Effect.provide(Postgres.migrate, client), { concurrency: "unbounded" }),
          (applied) => applied.flat().map(([id, name]) => `${String(id).padStart(4, "0")}_${name}`)
        )
        assert.deepStrictEqual(yield* migrateAll, keys)
        assert.deepStrictEqual(yield* migrateAll, [])
      })
  )

  it.live("changes nothing if a migration fails, and can run again", () =>
    Effect.gen(function* () {
      const client = yield* Effect.flatMap(freshDatabase, open)
      const unsafe = (text: string) =>
        Effect.provide(
          Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(text)),
          client
        )
      yield* unsafe("CREATE SCHEMA communications CREATE TABLE users ()")
      const error = yield* Effect.flip(Effect.provide(Postgres.migrate, client))
      assert.strictEqual(error.message, 'migration 2, add the family: relation "users" already exists (SQLSTATE 42P07)')
      const found = yield* Effect.provide(tables, client)
      assert.deepStrictEqual(found, [{ name: "users" }])
      yield* unsafe("DROP TABLE users")
      assert.lengthOf(yield* Effect.provide(Postgres.migrate, client), keys.length)
    })
  )
})

for (const isolation of ["repeatable read", "serializable"]) {
  const Isolated = Layer.effectContext(
    Effect.gen(function* () {
      const url = yield* freshDatabase
      yield* Effect.provide(isolate(isolation), yield* open(url))
      return yield* open(url)
    })
  )
  const Ports = Postgres.layer.pipe(
    Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
    Layer.provideMerge(Layer.succeed(Postgres.PasswordCost, 4)),
    Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
    Layer.provideMerge(Isolated)
  )
  layer(Ports, { excludeTestServices: true, timeout: "1 minute" })(`with ${isolation} transactions`, (it) => {
    it.effect("statements have this isolation level", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        assert.deepStrictEqual(yield* sql`SHOW transaction_isolation`, [{ transaction_isolation: isolation }])
      })
    )
    for (const { name, test } of contracts) it.effect(name, () => test, 60_000)
  })
}
