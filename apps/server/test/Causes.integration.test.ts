/** The reason why the database cannot be used reaches the operator: PostgreSQL's own message and SQLSTATE. */
import { chmod, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { migrationsSql } from "@communications/postgres"
import { type PostgresServer, startPostgres } from "@communications/test-support/PostgresServer"
import { endAll, freshFolder, start } from "@communications/test-support/ServerProcess"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { completing } from "./documented.ts"
import { runCommand } from "./runCommand.ts"

let server: PostgresServer

/** Runs a statement in a database of the server. */
const query = async (text: string, database = "postgres") => {
  const client = new pg.Client({ connectionString: urlOf({ database }) })
  await client.connect()
  await client.query(text).finally(() => client.end())
}
const urlOf = ({ database = "postgres", user = "postgres" }) =>
  Object.assign(new URL(server.url), { username: user, password: "s3cret", pathname: `/${database}` }).href

let databases = 0
/** Creates a database, runs a statement in it, and returns its name. */
const create = async (statement = "", options = "") => {
  databases += 1
  await query(`CREATE DATABASE case_${databases} ${options}`)
  await query(statement, `case_${databases}`)
  return `case_${databases}`
}

beforeAll(async () => {
  const folder = await freshFolder()
  await chmod(folder, 0o755) // PostgreSQL may run as another user
  const hba = join(folder, "hba.conf")
  await writeFile(hba, "host all locked 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n")
  server = await startPostgres({ hba_file: hba, fsync: "off" })
  await query(
    "CREATE ROLE locked LOGIN PASSWORD 'another'; CREATE ROLE app LOGIN; CREATE ROLE one LOGIN CONNECTION LIMIT 0"
  )
}, 120_000)
afterAll(async () => {
  await endAll()
  await server.stop()
}, 60_000)

const tables = migrationsSql({ schema: "public" })
const older = tables.slice(0, -migrationsSql({ schema: "public", after: 4 }).length)
const newer = `${tables}; INSERT INTO communications_migrations VALUES (1000, now(), 'later')`
const acme = "INSERT INTO organisations (organisation, name) VALUES (gen_random_uuid(), 'ACME')"
const full = `RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'`
const fullTrigger = `CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${full}; END $$`
const readOnly =
  "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$"

interface Case {
  readonly title: string
  /** The environment, once the server runs. */
  readonly env: () => Promise<Readonly<Record<string, string>>>
  readonly sentence: RegExp
}
const on = async (database: Promise<string>, user = "postgres") => ({
  DATABASE_URL: urlOf({ database: await database, user })
})

const cases: ReadonlyArray<Case> = [
  {
    title: "nothing that listens",
    env: async () => ({ DATABASE_URL: "postgres://u:s3cret@127.0.0.1:1/x" }),
    sentence:
      /^The database does not accept connections at 127\.0\.0\.1:1 \(ECONNREFUSED\): start it, or correct DATABASE_URL\.$/
  },
  {
    title: "a wrong password",
    env: async () => ({ DATABASE_URL: urlOf({ user: "locked" }) }),
    sentence: /password authentication failed .*\(SQLSTATE 28P01\)/
  },
  {
    title: "an unknown database",
    env: async () => ({ DATABASE_URL: urlOf({ database: "no_such_database" }) }),
    sentence: /database "no_such_database" does not exist \(SQLSTATE 3D000\)/
  },
  {
    title: "too many connections",
    env: () => on(create(), "one"),
    sentence: /too many connections .*\(SQLSTATE 53300\)/
  },
  {
    title: "a role without CREATE on the schema",
    env: () => on(create("REVOKE CREATE ON SCHEMA public FROM PUBLIC"), "app"), // the default from PostgreSQL 15 on
    sentence:
      /^The migrations failed: permission denied for schema public \(SQLSTATE 42501\)\. Grant the role the rights that the documentation lists under Roles, or migrate with the role that owns the tables\.$/
  },
  {
    title: "a full disk",
    env: () =>
      on(
        create(`CREATE FUNCTION disk_is_full() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN ${full}; END $$;
          CREATE EVENT TRIGGER disk_is_full ON ddl_command_start EXECUTE FUNCTION disk_is_full()`)
      ),
    sentence: /^The migrations failed: could not extend file: No space left on device \(SQLSTATE 53100\)\.$/
  },
  ...["LATIN1", "SQL_ASCII"].map((encoding) => ({
    title: `the encoding ${encoding}`,
    env: () => on(create("", `ENCODING '${encoding}' TEMPLATE template0`)),
    sentence: new RegExp(`cannot be used \\(its encoding is ${encoding}: create one with CREATE DATABASE .*UTF8`)
  })),
  {
    title: "a database that only reads, with pending migrations",
    env: () => on(create(readOnly)),
    sentence: /in a read-only transaction \(SQLSTATE 25006\)/
  },
  ...["check", "off"].map((MIGRATE) => ({
    title: `an empty database, with MIGRATE=${MIGRATE}`,
    env: async () => ({ MIGRATE, ...(await on(create())) }),
    sentence:
      /^The schema public has no tables of this software: run npm run cli -- migrate, set MIGRATE=on, or correct DATABASE_SCHEMA\.$/
  })),
  {
    title: "pending migrations, with MIGRATE=check",
    env: async () => ({ MIGRATE: "check", ...(await on(create(older))) }),
    sentence:
      /^The schema public is not up to date \(migrations 5 to \d+ are pending\): run npm run cli -- migrate, or set MIGRATE=on\.$/
  },
  {
    title: "a role that may not read the table of migrations, with MIGRATE=check",
    env: async () => ({ MIGRATE: "check", ...(await on(create(tables), "app")) }),
    sentence:
      /^The check of the schema failed: permission denied for table communications_migrations \(SQLSTATE 42501\)\. Grant the role the rights .*\.$/
  },
  ...Object.entries({ on: "The migrations failed", check: "The check of the schema failed" }).map(
    ([MIGRATE, beginning]) => ({
      title: `a newer schema, with MIGRATE=${MIGRATE}`,
      env: async () => ({ MIGRATE, ...(await on(create(newer))) }),
      sentence: new RegExp(
        `^${beginning}: the schema public has migration 1000, but this version of the software only knows \\d+: use a newer version\\.$`
      )
    })
  )
]

type Env = Readonly<Record<string, string>>
const serve = (env: Env) => start("main", env).result()
const createOrganisation = (env: Env) => runCommand(["organisation", "create", "ACME"], env)

describe.each([
  ["the server", serve],
  ["a command", createOrganisation]
])("%s names the cause and ends with code 1 for", (_, run) => {
  it.each(cases)(
    "$title",
    async ({ env, sentence }) => {
      const { code, stdout, stderr } = await run(await env())
      expect(code).toBe(1)
      const [last = "", ...others] = stderr.trimEnd().split("\n").reverse()
      expect(last).toMatch(sentence)
      expect(others).toEqual([])
      expect(stdout + stderr).not.toContain("s3cret")
    },
    60_000
  )
})

it("a command that cannot store names the cause", async () => {
  const database = await create(
    `${tables}; ${fullTrigger}; CREATE TRIGGER disk_is_full BEFORE INSERT ON organisations FOR EACH ROW EXECUTE FUNCTION disk_is_full()`
  )
  const { code, stderr } = await createOrganisation({ DATABASE_URL: urlOf({ database }) })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Stopped because .*SQLSTATE 53100.*No space left on device/)
}, 60_000)

it.each([
  [
    "the tables are older",
    older,
    "postgres",
    /column "?\S+"? does not exist \(SQLSTATE 42703\)\. .*npm run cli -- migrate/
  ],
  [
    "the role has no rights",
    tables,
    "app",
    /permission denied for table \w+ \(SQLSTATE 42501\)\. Grant the role the rights/
  ]
])(
  "with MIGRATE=off, a command says in one sentence that %s",
  async (_, statement, user, sentence) => {
    const env = { MIGRATE: "off", ...(await on(create(`${statement}; ${acme}`), user)) }
    const { code, stderr } = await runCommand(["user", "list", "--organisation", "ACME"], env)
    expect(code).toBe(1)
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringMatching(/^The database refused Accounts\.\w+: .*\.$/)])
    expect(stderr).toMatch(sentence)
  },
  60_000
)

it("a request that cannot store is UNAVAILABLE, and the log names the cause", async () => {
  const database = await create(tables)
  const env = { DATABASE_URL: urlOf({ database }) }
  expect(await runCommand(["seed"], env)).toMatchObject({ code: 0 })
  const insert =
    "CREATE TRIGGER disk_is_full BEFORE INSERT ON communication_history FOR EACH ROW EXECUTE FUNCTION disk_is_full()"
  await query(`${fullTrigger}; ${insert}`, database)
  const running = start("main", env)
  expect(await completing(await running.url())).toMatchObject({ http: 503, code: "UNAVAILABLE" })
  await expect.poll(() => running.stdout, { timeout: 30_000 }).toMatch(/SQLSTATE 53100.*No space left on device/)
}, 60_000)

it.each(["on", "check", "off"])(
  "with MIGRATE=%s, the server starts on a database that only reads if nothing is pending, and says so",
  async (MIGRATE) => {
    const database = await create(`${tables}; ${readOnly}`)
    const running = start("main", { DATABASE_URL: urlOf({ database }), MIGRATE })
    const response = await fetch(`${await running.url()}/health/ready`)
    expect(response.status).toBe(503)
    expect(running.stdout).toContain("accepts only reads")
  },
  60_000
)

it("with MIGRATE=off, the server starts on tables of any version", async () => {
  const running = start("main", { DATABASE_URL: urlOf({ database: await create(newer) }), MIGRATE: "off" })
  await running.url()
}, 60_000)

it("the server and the commands start while a backup holds its locks", async () => {
  const database = await create(tables)
  const backup = new pg.Client({ connectionString: urlOf({ database }) })
  await backup.connect()
  await backup.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
  const { rows } = await backup.query("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
  for (const { name } of rows) await backup.query(`LOCK TABLE ${name} IN ACCESS SHARE MODE`)
  const env = { DATABASE_URL: urlOf({ database }), MIGRATION_TIMEOUT: "20 seconds" }
  for (const command of [["migrate"], ["organisation", "create", "ACME"]]) {
    expect(await runCommand(command, env)).toMatchObject({ code: 0 })
  }
  await start("main", env).url()
  await backup.end()
}, 120_000)
