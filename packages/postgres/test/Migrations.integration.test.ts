/** Three ways to the same schema: `migrate`, `migrateHost` on a host's handle, and SQL for a host's migration tool. */
import { inspect } from "node:util"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import pg from "pg"

vi.setConfig({ testTimeout: 60_000 })

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

for (const schema of ["public", 'a "quoted" name']) {
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
        assert.include(refused, "SAVEPOINT can only be used in transaction blocks")
        const found = yield* Effect.promise(() =>
          client.query(`
            SELECT relname AS name FROM pg_class WHERE relname LIKE 'communication%'
            UNION ALL SELECT nspname FROM pg_namespace WHERE nspname LIKE 'a %'`)
        )
        assert.deepStrictEqual(found.rows, [])
      })
    )
  })
}

it("migrationsSql with `after` prints the rest of the same SQL", () => {
  const whole = Postgres.migrationsSql()
  const rests = keys.map((_, index) => Postgres.migrationsSql({ after: index + 1 }))
  for (const [index, rest] of rests.entries()) {
    assert.isTrue(whole.endsWith(rest))
    assert.strictEqual(rest.split('communications_migrations" (migration_id, name)').length, keys.length - index)
  }
  assert.strictEqual(rests.at(-1), "")
})
