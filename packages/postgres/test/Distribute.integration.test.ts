/** The command `distribute` on a stand-in for Citus, which records what it is asked to distribute. `npm run test:citus` uses Citus itself. */
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { endAll, start } from "@communications/test-support/ServerProcess"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import type { SqlClient } from "effect/sql"
import pg from "pg"
import { afterAll, assert, it, onTestFinished } from "vitest"

/** Functions and a catalogue with the names and the parameters of Citus, and a row that says that the extension exists. */
const standIn = `
  SET allow_system_table_mods = on;
  INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    SELECT 99999, 'citus', 10, oid, false, '13.2' FROM pg_namespace WHERE nspname = 'pg_catalog';
  CREATE TABLE public.pg_dist_partition (
    logicalrelid regclass, partmethod "char", partkey text, repmodel "char", colocation text, shards integer
  );
  CREATE FUNCTION public.column_to_column_name(of regclass, "column" text) RETURNS text LANGUAGE sql AS 'SELECT $2';
  CREATE FUNCTION public.create_reference_table(table_name regclass) RETURNS void LANGUAGE sql
    AS $$ INSERT INTO public.pg_dist_partition VALUES (table_name, 'n', NULL, 't', NULL, 1) $$;
  CREATE FUNCTION public.create_distributed_table(
    table_name regclass, distribution_column text, colocate_with text DEFAULT 'default', shard_count integer DEFAULT 32
  ) RETURNS void LANGUAGE sql
    AS $$ INSERT INTO public.pg_dist_partition VALUES (table_name, 'h', distribution_column, 's', colocate_with, shard_count) $$;`

/** A database of the tests, and a client on it; the command runs on the schema `crm`. */
const given = async () => {
  const url = await Effect.runPromise(freshDatabase)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  const run = async (command: string) => {
    const process = start("cli", { DATABASE_URL: url, DATABASE_SCHEMA: "crm" }, [command])
    return { code: await process.ended(), stdout: process.stdout, stderr: process.stderr }
  }
  const distributed = async () =>
    (await client.query("SELECT logicalrelid::text AS table, partkey AS by, colocation, shards FROM pg_dist_partition"))
      .rows
  return { url, client, run, distributed }
}

afterAll(endAll, 60_000)

it("refuses a database without Citus, and changes nothing", async () => {
  const { client, run } = await given()
  assert.deepStrictEqual(await run("distribute"), {
    ...{ code: 1, stdout: "" },
    stderr:
      "The tables cannot be distributed: the database does not have the extension citus: install it on every node, and run CREATE EXTENSION citus there.\n"
  })
  const { rows } = await client.query("SELECT FROM pg_namespace WHERE nspname = 'crm'")
  assert.lengthOf(rows, 0)
})

it("distributes every table once; migrate, and running it again, change nothing", async () => {
  const { client, run, distributed } = await given()
  await client.query(standIn)
  assert.include((await run("distribute")).stderr, "the schema crm has no table organisations")
  assert.lengthOf(await distributed(), 0)
  await run("migrate")
  const first = await run("distribute")
  assert.strictEqual(first.code, 0, first.stderr)
  assert.include(first.stdout, "Distributed communications by organisation.\n")
  assert.include(first.stdout, "Now start the servers with GROUP_COMMIT=organisation.\n")
  const tables = await distributed()
  const { rows } = await client.query("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'crm'")
  assert.sameMembers(
    tables.map((row) => row.table),
    rows.map(({ name }) => `crm.${name}`)
  )
  const group = { by: "organisation", colocation: '"crm".contact_information', shards: 32 }
  for (const expected of [
    { table: "crm.contact_information", ...group, colocation: "none" },
    { table: "crm.communication_history", ...group },
    { table: "crm.sessions", by: "token_hash", colocation: "none", shards: 1 },
    { table: "crm.organisations", by: null, colocation: null, shards: 1 }
  ])
    assert.deepInclude(tables, expected)
  assert.strictEqual((await run("distribute")).stdout, "Every table is already distributed.\n")
  assert.strictEqual((await run("migrate")).stdout, "The schema is already up to date.\n")
  assert.deepStrictEqual(await distributed(), tables)
}, 600_000)

it("continues after a failure, and refuses a table that is distributed by another column", async () => {
  const { url, client, distributed } = await given()
  await client.query(standIn)
  const onSchema = <A, E>(run: Effect.Effect<A, E, PgClient.PgClient | SqlClient.SqlClient>) =>
    run.pipe(
      Effect.provideService(Postgres.DatabaseSchema, "crm"),
      Effect.provide(PgClient.layer({ url: Redacted.make(url) })),
      Effect.runPromise
    )
  await onSchema(Postgres.migrate)
  await client.query("INSERT INTO pg_dist_partition VALUES ('crm.users', 'h', 'user', 's', 'none', 32)")
  const refused = await onSchema(Effect.flip(Postgres.distribute))
  assert.strictEqual(
    refused.message,
    "the table users is distributed by user, not by organisation: run undistribute_table on it"
  )
  assert.lengthOf(await distributed(), 1)
  // Citus lists local tables that foreign keys connect with reference tables.
  await client.query("UPDATE pg_dist_partition SET partmethod = 'n', partkey = NULL, colocation = NULL")
  await client.query("INSERT INTO pg_dist_partition VALUES ('crm.organisations', 'n', NULL, 't', NULL, 1)")
  const added = await onSchema(Postgres.distribute)
  assert.lengthOf(added, Object.keys(Postgres.distribution).length - 1)
  assert.deepInclude(added, { table: "users", by: "organisation" })
}, 600_000)
