/** Three ways to the same schema: `migrate`, `migrateHost` on a host's handle, and SQL for a host's migration tool. */
import { inspect } from "node:util"
import { createCommunications, orThrow } from "@communications/core"
import { freshId } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import pg from "pg"

const keys = Object.keys(Postgres.migrations)

/** A client of pg that is connected until the scope closes. */
const connected = (connectionString: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = new pg.Client({ connectionString })
      await client.connect()
      return client
    }),
    (client) => Effect.promise(() => client.end())
  )
const freshClient = Effect.flatMap(freshDatabase, connected)

const migrated = (url: string, schema: string) =>
  Postgres.migrate.pipe(
    Effect.provideService(Postgres.DatabaseSchema, schema),
    Effect.provide(PgClient.layer({ url: Redacted.make(url) }))
  )

/** Runs the body between BEGIN and COMMIT. */
const inTransaction = async <A>(client: pg.Client, body: () => Promise<A>) => {
  await client.query("BEGIN")
  const result = await body()
  await client.query("COMMIT")
  return result
}

/** The catalogue of a schema, and the migrations recorded in it. */
const describeSchema = (client: pg.Client, schema: string) =>
  Effect.promise(async () => {
    const rows = async (text: string) => (await client.query<Record<string, unknown>>(text, [schema])).rows
    const quoted = client.escapeIdentifier(schema)
    const { rows: recorded } = await client.query(`
      SELECT migration_id, name FROM ${quoted}.communications_migrations ORDER BY 1`)
    return {
      recorded,
      columns: await rows(`
        SELECT to_jsonb(c) - '{table_catalog,udt_catalog,collation_catalog}'::text[] AS it FROM information_schema.columns c
        WHERE table_schema = $1 ORDER BY table_name, ordinal_position`),
      constraints: await rows(`
        SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) ORDER BY 1, 2`),
      indexes: await rows("SELECT * FROM pg_indexes WHERE schemaname = $1 ORDER BY indexname")
    }
  })

/** The value of a promise, or the error that it rejects with. */
const settled = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

for (const schema of ["communications", "public", 'a "quoted.name" that isn\'t plain']) {
  describe(`in the schema ${schema}`, () => {
    it.live("migrationsSql makes the same schema as migrate, which then has nothing to apply", () =>
      Effect.gen(function* () {
        const [byEffect, bySql] = [yield* freshDatabase, yield* freshDatabase]
        yield* migrated(byEffect, schema)
        const [expected, client] = [yield* connected(byEffect), yield* connected(bySql)]
        yield* Effect.promise(() => client.query(Postgres.migrationsSql({ schema })))
        assert.deepStrictEqual(yield* migrated(bySql, schema), [])
        const found = yield* describeSchema(client, schema)
        assert.deepStrictEqual(found, yield* describeSchema(expected, schema))
        assert.lengthOf(found.recorded, keys.length)
        for (const kind of [found.columns, found.constraints, found.indexes]) assert.isAbove(kind.length, 10)
      })
    )

    it.live("migrateHost makes the same schema, once, even in two processes at the same time", () =>
      Effect.gen(function* () {
        const [byEffect, byHost] = [yield* freshDatabase, yield* freshDatabase]
        yield* migrated(byEffect, schema)
        const [expected, ...clients] = yield* Effect.all([connected(byEffect), connected(byHost), connected(byHost)])
        const migrateAll = Effect.promise(() =>
          Promise.all(
            clients.map((client) =>
              inTransaction(client, () => Postgres.migrateHost(Postgres.fromPg(client), { schema }))
            )
          )
        )
        assert.lengthOf((yield* migrateAll).flat(), keys.length)
        assert.lengthOf((yield* migrateAll).flat(), 0)
        for (const client of clients) {
          assert.deepStrictEqual(yield* describeSchema(client, schema), yield* describeSchema(expected, schema))
        }
      })
    )

    it.live("migrateHost rejects outside a transaction, and changes nothing", () =>
      Effect.gen(function* () {
        const client = yield* freshClient
        const refused = yield* Effect.promise(() =>
          Postgres.migrateHost(Postgres.fromPg(client), { schema }).then(() => "it resolved", inspect)
        )
        assert.include(
          refused,
          "SAVEPOINT can only be used in transaction blocks (SQLSTATE 25P01). Run it in a transaction: on one connection"
        )
        const found = yield* Effect.promise(() =>
          client.query(`
            SELECT relname AS name FROM pg_class WHERE relname LIKE 'communication%'
            UNION ALL SELECT nspname FROM pg_namespace WHERE nspname IN ('communications', 'a "quoted.name" that isn''t plain')`)
        )
        assert.deepStrictEqual(found.rows, [])
      })
    )
  })
}

describe("with the rights of its role", () => {
  // Predefined roles have no right to create anything in a new database.
  const [owner, reader] = ["pg_monitor", "pg_signal_backend"]
  const asRole = <A>(client: pg.Client, role: string, body: () => Promise<A>) =>
    inTransaction(client, async () => {
      await client.query(`SET LOCAL ROLE ${role}`)
      return body()
    })
  const migrateAs = (client: pg.Client, role: string) =>
    asRole(client, role, () => Postgres.migrateHost(Postgres.fromPg(client)))

  it.live("the owner of the schema migrates without the right to create schemas", () =>
    Effect.gen(function* () {
      const [byHost, bySql] = [yield* freshClient, yield* freshClient]
      yield* Effect.promise(async () => {
        for (const client of [byHost, bySql]) await client.query(`CREATE SCHEMA communications AUTHORIZATION ${owner}`)
        assert.lengthOf(await migrateAs(byHost, owner), keys.length)
        await asRole(bySql, owner, () => bySql.query(Postgres.migrationsSql()))
      })
      assert.deepStrictEqual(
        yield* describeSchema(bySql, "communications"),
        yield* describeSchema(byHost, "communications")
      )
    })
  )

  it.live("a role that may only read the table of migrations calls migrate if nothing is pending", () =>
    Effect.gen(function* () {
      const client = yield* freshClient
      yield* Effect.promise(async () => {
        await inTransaction(client, () => Postgres.migrateHost(Postgres.fromPg(client)))
        await client.query(`GRANT USAGE ON SCHEMA communications TO ${reader}`)
        await client.query(`GRANT SELECT ON communications.communications_migrations TO ${reader}`)
        assert.deepStrictEqual(await migrateAs(client, reader), [])
      })
    })
  )

  for (const [schema, denied] of [
    ["communications", "database test_"],
    ["public", "schema public"]
  ] as const) {
    it.live(`a missing right to create in ${denied} is the first error, with PostgreSQL's message`, () =>
      Effect.gen(function* () {
        const client = yield* freshClient
        const error = yield* Effect.promise(async () => {
          await client.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC") // the default from PostgreSQL 15 on
          await client.query(`BEGIN; SET LOCAL ROLE ${reader}`)
          return settled(Postgres.migrateHost(Postgres.fromPg(client), { schema }))
        })
        assert.instanceOf(error, Error)
        assert.match(error.message, new RegExp(`permission denied for ${denied}.*\\. Grant the role the rights`))
        assert.deepInclude(error.cause, { code: "42501" })
      })
    )
  }
})

it.live("migrate does not change a host's own tables in `public` with the same names", () =>
  Effect.gen(function* () {
    const client = yield* freshClient
    yield* Effect.promise(async () => {
      await client.query("SET search_path TO public")
      for (const table of ["users", "sessions", "events", "communications"])
        await client.query(`CREATE TABLE ${table} ()`)
      await inTransaction(client, () => Postgres.migrateHost(Postgres.fromPg(client)))
      const { communications } = createCommunications(Postgres.layerHost(Postgres.fromPg(client)))
      const caller = { organisation: freshId(), user: freshId() }
      assert.deepStrictEqual(await orThrow(communications.list({ caller, life_cycle_state: "DRAFT" })), [])
    })
  })
)

it.live("migrate refuses to create empty tables in the default schema beside those in `public`", () =>
  Effect.gen(function* () {
    const url = yield* freshDatabase
    yield* migrated(url, "public")
    const client = yield* connected(url)
    yield* Effect.promise(() => client.query("CREATE SCHEMA communications"))
    const error = yield* Effect.flip(migrated(url, "communications"))
    assert.match(error.message, /^the tables are in the schema public: pass that schema/)
    const bySql = yield* Effect.promise(() => settled(client.query(Postgres.migrationsSql())))
    assert.instanceOf(bySql, Error)
    assert.strictEqual(`${bySql.message} (SQLSTATE P0001)`, error.message)
    assert.lengthOf(yield* migrated(url, "another"), keys.length)
  })
)

it.live("migrate makes a new schema in one transaction", () =>
  Effect.gen(function* () {
    const url = yield* freshDatabase
    yield* migrated(url, "crm")
    const client = yield* connected(url)
    // The default of the column is the time at which the transaction began.
    const recorded = "SELECT DISTINCT created_at FROM crm.communications_migrations"
    assert.lengthOf((yield* Effect.promise(() => client.query(recorded))).rows, 1)
  })
)

it.live("migrate waits for no lock if nothing is pending", () =>
  Effect.gen(function* () {
    const url = yield* freshDatabase
    yield* migrated(url, "communications")
    const dump = yield* connected(url)
    yield* Effect.promise(async () => {
      await dump.query("BEGIN; LOCK TABLE communications_migrations, communications IN ACCESS SHARE MODE")
      await dump.query("SELECT pg_advisory_xact_lock(hashtext('communications_migrations'))")
    })
    assert.deepStrictEqual(yield* Effect.timeout(migrated(url, "communications"), "20 seconds"), [])
  })
)

it.live("migrate never makes the statements of others wait until a lock is released", () =>
  Effect.gen(function* () {
    const url = yield* freshDatabase
    const [backup, other] = yield* Effect.all([connected(url), connected(url)])
    const rest = Postgres.migrationsSql({ after: 4 })
    yield* Effect.promise(async () => {
      await other.query(Postgres.migrationsSql().slice(0, -rest.length))
      await backup.query("BEGIN; LOCK TABLE communication_history IN ACCESS SHARE MODE")
    })
    const migrating = yield* Effect.forkChild(migrated(url, "communications"))
    const waits = Effect.promise(() =>
      other.query(`
        SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()`)
    )
    yield* Effect.repeat(waits, { until: ({ rowCount }) => rowCount === 1 })
    yield* Effect.promise(() => other.query("SELECT FROM communication_history"))
    yield* Effect.repeat(waits, { until: ({ rowCount }) => rowCount === 0 })
    yield* Effect.promise(() => backup.query("COMMIT"))
    assert.deepStrictEqual(
      (yield* Fiber.join(migrating)).map(([id]) => id),
      keys.slice(4).map((_, index) => index + 5)
    )
  })
)

describe("indexes on existing tables", () => {
  const before = Postgres.migrationsSql().slice(0, -Postgres.migrationsSql({ after: 8 }).length)
  const numbersOf = (applied: Postgres.NumberedMigrations) => applied.map(([id]) => id)
  const numbersFrom8 = keys.slice(8).map((_, index) => index + 9)
  const insert = (client: pg.Client) =>
    client.query(`
      INSERT INTO contact_information (organisation, id, type, life_cycle_state, name, company_name, company_profile)
      VALUES (gen_random_uuid(), gen_random_uuid(), 'COMPANY', 'MARKETING', 'Engines', 'Engines', '{}')`)
  /** A database with the tables of migration 8, and a function that expects the schema of a new one in it. */
  const existing = Effect.gen(function* () {
    const [url, fresh] = [yield* freshDatabase, yield* freshDatabase]
    const [client, expected] = [yield* connected(url), yield* connected(fresh)]
    yield* Effect.promise(() => client.query(before))
    yield* Effect.promise(() => expected.query(Postgres.migrationsSql()))
    const expectCurrent = Effect.gen(function* () {
      const found = yield* describeSchema(client, "communications")
      assert.deepStrictEqual(found, yield* describeSchema(expected, "communications"))
      const invalid = yield* Effect.promise(() => client.query("SELECT FROM pg_index WHERE NOT indisvalid"))
      assert.strictEqual(invalid.rowCount, 0)
    })
    return { url, client, expectCurrent }
  })

  it.live("are built while others write", () =>
    Effect.gen(function* () {
      const { url, client, expectCurrent } = yield* existing
      const other = yield* connected(url)
      yield* Effect.promise(() => other.query("BEGIN"))
      yield* Effect.promise(() => insert(other))
      const migrating = yield* Effect.forkChild(migrated(url, "communications"))
      // Only a concurrent build waits for a transaction. Any other waits for the lock on the table, and writers behind it.
      // An earlier build may also wait for a moment for the statement that looks for waits.
      const { rows } = yield* Effect.promise(() => other.query("SELECT pg_backend_pid() AS pid"))
      const waits = Effect.promise(() =>
        client.query(
          "SELECT FROM pg_locks WHERE NOT granted AND locktype = 'virtualxid' AND $1 = ANY (pg_blocking_pids(pid))",
          [rows[0]?.pid]
        )
      )
      yield* Effect.repeat(waits, { until: ({ rowCount }) => rowCount === 1 })
      yield* Effect.promise(() => insert(client))
      assert.strictEqual((yield* waits).rowCount, 1)
      yield* Effect.promise(() => other.query("COMMIT"))
      assert.deepStrictEqual(numbersOf(yield* Fiber.join(migrating)), numbersFrom8)
      yield* expectCurrent
    })
  )

  it.live("are built again if an earlier build was interrupted", () =>
    Effect.gen(function* () {
      const { url, client, expectCurrent } = yield* existing
      yield* Effect.promise(async () => {
        await client.query(Postgres.migrationsSql({ after: 8 }))
        await client.query("DELETE FROM communications_migrations WHERE migration_id > 8")
        await client.query("DROP INDEX contact_information_by_time")
        await client.query(
          "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'contact_information_by_name'::regclass"
        )
      })
      assert.deepStrictEqual(numbersOf(yield* migrated(url, "communications")), numbersFrom8)
      yield* expectCurrent
    })
  )

  it.live("are built in the transaction of a host, and not outside it", () =>
    Effect.gen(function* () {
      const { client, expectCurrent } = yield* existing
      const migrateHost = () => Postgres.migrateHost(Postgres.fromPg(client))
      yield* Effect.promise(async () => {
        await client.query("BEGIN")
        assert.deepStrictEqual(numbersOf(await migrateHost()), numbersFrom8)
        await client.query("ROLLBACK")
        assert.deepStrictEqual(numbersOf(await inTransaction(client, migrateHost)), numbersFrom8)
      })
      yield* expectCurrent
    })
  )

  /** Migrates, and runs these statements in place of each one that builds an index. */
  const building = (url: string, replace: (build: string) => ReadonlyArray<string>) =>
    Postgres.migrate.pipe(
      Effect.updateService(
        SqlClient.SqlClient,
        (sql) =>
          new Proxy(sql, {
            get: (target, name) =>
              name === "unsafe"
                ? (text: string) =>
                    text.includes("CONCURRENTLY")
                      ? Effect.forEach(replace(text), (statement) => target.unsafe(statement))
                      : target.unsafe(text)
                : Reflect.get(target, name)
          })
      ),
      Effect.provideService(Postgres.DatabaseSchema, "communications"),
      Effect.provide(PgClient.layer({ url: Redacted.make(url) }))
    )

  for (const [what, again] of [
    ["exists already", (build: string) => build],
    ["is built at the same time", () => "DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"]
  ] as const) {
    it.live(`go on if another process has begun: the index ${what}`, () =>
      Effect.gen(function* () {
        const { url, expectCurrent } = yield* existing
        const applied = yield* building(url, (build) => [build, again(build)])
        assert.deepStrictEqual(numbersOf(applied), numbersFrom8)
        yield* expectCurrent
      })
    )
  }

  it.live("are named in the error if they cannot be built", () =>
    Effect.gen(function* () {
      const { url } = yield* existing
      const error = yield* Effect.flip(building(url, () => ["SELECT 1 / 0"]))
      assert.match(error.message, /^index communication_history_by_\w+: division by zero \(SQLSTATE 22012\)/)
    })
  )

  it.live("are built once by several processes at the same time", () =>
    Effect.gen(function* () {
      const { url, expectCurrent } = yield* existing
      const processes = [1, 2, 3].map(() => migrated(url, "communications"))
      const applied = yield* Effect.all(processes, { concurrency: "unbounded" })
      assert.deepStrictEqual(numbersOf(applied.flat()), numbersFrom8)
      yield* expectCurrent
    })
  )
})

it.live("pendingMigrations and hasTables describe the schema, and change nothing", () =>
  Effect.gen(function* () {
    const url = yield* freshDatabase
    const client = yield* connected(url)
    const described = Effect.all([Postgres.hasTables, Postgres.pendingMigrations]).pipe(
      Effect.map(([has, pending]) => [has, pending.map(([id]) => id)]),
      Effect.provide(PgClient.layer({ url: Redacted.make(url) }))
    )
    const numbers = keys.map((_, index) => index + 1)
    assert.deepStrictEqual(yield* described, [false, numbers])
    const rest = Postgres.migrationsSql({ after: 4 })
    yield* Effect.promise(() => client.query(Postgres.migrationsSql().slice(0, -rest.length)))
    assert.deepStrictEqual(yield* described, [true, numbers.slice(4)])
    yield* Effect.promise(() => client.query(rest))
    assert.deepStrictEqual(yield* described, [true, []])
    yield* Effect.promise(() => client.query("INSERT INTO communications_migrations VALUES (1000, now(), 'later')"))
    assert.include((yield* Effect.flip(described)).message, "has migration 1000")
  })
)

it.live("migrate refuses a schema that a newer version has migrated", () =>
  Effect.gen(function* () {
    const url = yield* freshDatabase
    yield* migrated(url, "communications")
    const client = yield* connected(url)
    yield* Effect.promise(() => client.query("INSERT INTO communications_migrations VALUES (1000, now(), 'later')"))
    const error = yield* Effect.flip(migrated(url, "communications"))
    const expected = `the schema communications has migration 1000, but this version of the software only knows ${keys.length}: use a newer version`
    assert.strictEqual(error.message, expected)
    const rejection = yield* Effect.promise(() =>
      settled(inTransaction(client, () => Postgres.migrateHost(Postgres.fromPg(client))))
    )
    assert.propertyVal(rejection, "message", expected)
  })
)

it("migrationsSql refuses an `after` that is not the number of a migration", () => {
  for (const after of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, keys.length + 1]) {
    assert.throws(() => Postgres.migrationsSql({ after }), RangeError, `from 0 to ${keys.length}`)
  }
})

it("migrationsSql with `after` prints the rest of the same SQL", () => {
  const whole = Postgres.migrationsSql()
  const rests = keys.map((_, index) => Postgres.migrationsSql({ after: index + 1 }))
  for (const [index, rest] of rests.entries()) {
    assert.isTrue(whole.endsWith(rest))
    assert.strictEqual(rest.split("communications_migrations (migration_id, name)").length, keys.length - index)
  }
  assert.strictEqual(rests.at(-1), "")
})
