/** The ways to the same schema: `migrate`, the same on a host's handle, and SQL for a tool of the host's. */
import { inspect } from "node:util"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import pg from "pg"

vi.setConfig({ testTimeout: 60_000 })

const keys = Object.keys(Postgres.migrations)

/** A client of pg on this database, for as long as the scope is open. */
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

/** Runs it between BEGIN and COMMIT. */
const inTransaction = async <A>(client: pg.Client, body: () => Promise<A>) => {
  await client.query("BEGIN")
  const result = await body()
  await client.query("COMMIT")
  return result
}

/** All that PostgreSQL knows of a schema, and what is noted of its migrations. */
const described = (client: pg.Client, schema: string) =>
  Effect.promise(async () => {
    const rows = async (text: string) => (await client.query<Record<string, unknown>>(text, [schema])).rows
    const quoted = client.escapeIdentifier(schema)
    const { rows: notes } = await client.query(`
      SELECT migration_id, name FROM ${quoted}.communications_migrations ORDER BY 1`)
    return {
      notes,
      columns: await rows(`
        SELECT to_jsonb(c) - '{table_catalog,udt_catalog,collation_catalog}'::text[] AS it FROM information_schema.columns c
        WHERE table_schema = $1 ORDER BY table_name, ordinal_position`),
      constraints: await rows(`
        SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) ORDER BY 1, 2`),
      indexes: await rows("SELECT * FROM pg_indexes WHERE schemaname = $1 ORDER BY indexname")
    }
  })

for (const schema of ["public", 'a "host" of its own']) {
  describe(`in the schema ${schema}`, () => {
    it.live("printed SQL makes what migrate makes, and leaves it nothing to do", () =>
      Effect.gen(function* () {
        const [byEffect, bySql] = [yield* freshDatabase, yield* freshDatabase]
        yield* migrated(byEffect, schema)
        const [expected, client] = [yield* connected(byEffect), yield* connected(bySql)]
        yield* Effect.promise(() => client.query(Postgres.migrationsSql({ schema })))
        assert.deepStrictEqual(yield* migrated(bySql, schema), [])
        const found = yield* described(client, schema)
        assert.deepStrictEqual(found, yield* described(expected, schema))
        assert.lengthOf(found.notes, keys.length)
        for (const kind of [found.columns, found.constraints, found.indexes]) assert.isAbove(kind.length, 10)
      })
    )

    it.live("a host without Effect has the same, once, though two processes of it do so at once", () =>
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
          assert.deepStrictEqual(yield* described(client, schema), yield* described(expected, schema))
        }
      })
    )

    it.live("outside of a transaction a host is refused, and nothing is done", () =>
      Effect.gen(function* () {
        const client = yield* freshClient
        const refused = yield* Effect.promise(() =>
          Postgres.migrateHost(Postgres.fromPg(client), { schema }).then(() => "it did something", inspect)
        )
        assert.include(refused, "SAVEPOINT can only be used in transaction blocks")
        const left = yield* Effect.promise(() =>
          client.query(`
            SELECT relname AS name FROM pg_class WHERE relname LIKE 'communication%'
            UNION ALL SELECT nspname FROM pg_namespace WHERE nspname LIKE 'a %'`)
        )
        assert.deepStrictEqual(left.rows, [])
      })
    )
  })
}

it("what a tool has run already is left out: the rest is printed as it is at the end of the whole", () => {
  const whole = Postgres.migrationsSql()
  const rests = keys.map((_, index) => Postgres.migrationsSql({ after: index + 1 }))
  for (const [index, rest] of rests.entries()) {
    assert.isTrue(whole.endsWith(rest))
    assert.strictEqual(rest.split('communications_migrations" (migration_id, name)').length, keys.length - index)
  }
  assert.strictEqual(rests.at(-1), "")
})
