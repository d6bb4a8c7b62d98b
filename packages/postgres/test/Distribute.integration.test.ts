/** `distribute` on a stand-in for Citus, which records what it is asked to distribute. `npm run test:citus` uses Citus itself. */
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

/** A database of the tests, and a client on it; functions and commands run on the schema `crm`. */
const given = async () => {
  const url = await Effect.runPromise(freshDatabase)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  const onSchema = <A, E>(run: Effect.Effect<A, E, PgClient.PgClient | SqlClient.SqlClient>) =>
    run.pipe(
      Effect.provideService(Postgres.DatabaseSchema, "crm"),
      Effect.provide(PgClient.layer({ url: Redacted.make(url) })),
      Effect.runPromise
    )
  const refusal = async () => (await onSchema(Effect.flip(Postgres.distribute))).message
  const run = (command: string) => start("cli", { DATABASE_URL: url, DATABASE_SCHEMA: "crm" }, [command]).result()
  const distributed = async () =>
    (await client.query("SELECT logicalrelid::text AS table, partkey AS by, colocation, shards FROM pg_dist_partition"))
      .rows
  return { client, onSchema, refusal, run, distributed }
}

/** How each table of `distributed()` is distributed. */
const expected = Object.entries(Postgres.distribution).map(([name, distribution]) => {
  const table = `crm.${name}`
  if (distribution === "reference") return { table, by: null, colocation: null, shards: 1 }
  if (distribution.column !== "organisation") return { table, by: distribution.column, colocation: "none", shards: 1 }
  const colocation = name === "contact_information" ? "none" : '"crm".contact_information'
  return { table, by: "organisation", colocation, shards: 32 }
})

afterAll(endAll, 60_000)

it("the command refuses a database without Citus in one sentence, distributes every table once, and says what is next", async () => {
  const { client, run, distributed } = await given()
  assert.deepStrictEqual(await run("distribute"), {
    ...{ code: 1, stdout: "" },
    stderr:
      "The tables cannot be distributed: the database does not have the extension citus: install it on every node, and run CREATE EXTENSION citus there.\n"
  })
  await client.query(standIn)
  await run("migrate")
  const first = await run("distribute")
  assert.strictEqual(first.code, 0, first.stderr)
  assert.include(first.stdout, "Distributed communications by organisation.\n")
  assert.include(first.stdout, "Now start the servers with GROUP_COMMIT=organisation.\n")
  assert.strictEqual((await run("distribute")).stdout, "Every table is already distributed.\n")
  assert.strictEqual((await run("migrate")).stdout, "The schema is already up to date.\n")
  assert.sameDeepMembers(await distributed(), expected)
}, 600_000)

it("refuses a database without Citus or without the tables, and changes nothing", async () => {
  const { client, refusal, distributed } = await given()
  assert.include(await refusal(), "the database does not have the extension citus")
  assert.lengthOf((await client.query("SELECT FROM pg_namespace WHERE nspname = 'crm'")).rows, 0)
  await client.query(standIn)
  assert.strictEqual(await refusal(), "the schema crm has no table organisations: apply the pending migrations first")
  assert.lengthOf(await distributed(), 0)
})

it("distributes every table, those of an organisation on the same node, and does nothing if it is called again", async () => {
  const { client, onSchema, distributed } = await given()
  await client.query(standIn)
  await onSchema(Postgres.migrate)
  const { rows } = await client.query("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'crm'")
  const added = await onSchema(Postgres.distribute)
  assert.sameMembers(
    added.map(({ table }) => table),
    rows.map(({ name }) => name)
  )
  assert.sameDeepMembers(await distributed(), expected)
  assert.deepStrictEqual(await onSchema(Postgres.distribute), [])
  assert.lengthOf(await distributed(), expected.length)
})

it("continues after a failure, and refuses a table that is distributed by another column", async () => {
  const { client, onSchema, refusal, distributed } = await given()
  await client.query(standIn)
  await onSchema(Postgres.migrate)
  await client.query("INSERT INTO pg_dist_partition VALUES ('crm.users', 'h', 'user', 's', 'none', 32)")
  assert.strictEqual(
    await refusal(),
    "the table users is distributed by user, not by organisation: run undistribute_table on it"
  )
  assert.lengthOf(await distributed(), 1)
  // Citus lists local tables that foreign keys connect with reference tables.
  await client.query("UPDATE pg_dist_partition SET partmethod = 'n', partkey = NULL, colocation = NULL")
  await client.query("INSERT INTO pg_dist_partition VALUES ('crm.organisations', 'n', NULL, 't', NULL, 1)")
  const added = await onSchema(Postgres.distribute)
  assert.lengthOf(added, expected.length - 1)
  assert.deepInclude(added, { table: "users", by: "organisation" })
})
