import { createServer } from "node:net"
import { inspect } from "node:util"
import { ContactInformations, createCommunications, Readiness, StorageUnavailable } from "@communications/core"
import { aPerson, freshCaller, freshOrganisation } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { listenOnFreePort } from "@communications/test-support/freePort"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import pg from "pg"

const clientOf = (url: string) => PgClient.layer({ url: Redacted.make(url) })

/** The ports as hosts make them: on a pool of pg, and on Effect's client. */
const hosts = [
  {
    name: "pg",
    open: (url: string) => {
      const pool = new pg.Pool({ connectionString: url })
      return { ports: Postgres.layerHost(Postgres.fromPg(pool)), end: () => pool.end() }
    }
  },
  {
    name: "Effect",
    open: (url: string) => ({
      ports: Postgres.layer.pipe(Layer.provide(clientOf(url)), Layer.orDie),
      end: async () => {}
    })
  }
]

const company = { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" } as const

/** The URL of a new database with our tables, in which a statement has run. */
const migrated = Effect.fnUntraced(function* (statement: string) {
  const url = yield* freshDatabase
  const run = Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(statement))
  yield* Effect.provide(Effect.andThen(Postgres.migrate, run), clientOf(url))
  return url
})

/** The error of a contact that is created after a statement has run. */
const errorAfter = Effect.fnUntraced(function* (
  { open }: (typeof hosts)[number],
  statement: string,
  urlOf = (url: string) => url
) {
  const url = yield* migrated(statement)
  const { ports, end } = open(urlOf(url))
  const { contact_information, dispose } = createCommunications(ports)
  return yield* Effect.promise(async () => {
    try {
      const outcome = await contact_information.create({ caller: freshCaller(), ...company })
      return outcome.ok ? assert.fail("expected an error") : outcome.error
    } catch (defect) {
      return defect
    } finally {
      await dispose()
      await end()
    }
  })
})

const raise = (sqlState: string, message = "from the server") => `DO $do$ BEGIN
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '${message}' USING ERRCODE = '${sqlState}'; END $$;
  CREATE TRIGGER refuse BEFORE INSERT ON contact_information FOR EACH ROW EXECUTE FUNCTION refuse();
END $do$`
const raising = raise("P0001", "Engines are not sold on Sundays")

const readOnly = `DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
END $$`

const defects = [
  [
    "names the missing table, and says to run migrate",
    "DROP TABLE contact_information CASCADE",
    /relation "communications\.contact_information" does not exist \(SQLSTATE 42P01\)\. .*apply the pending migrations/
  ],
  [
    "names the missing column, and says that the tables are of another version",
    "ALTER TABLE contact_information RENAME title TO form_of_address",
    /column "title" .* does not exist \(SQLSTATE 42703\)\. The tables do not fit this version, or are in another schema: /
  ],
  ["has the message of a trigger of the host", raising, /: Engines are not sold on Sundays \(SQLSTATE P0001\)$/],
  [
    "says which right is missing, and to grant it",
    raise("42501"),
    /: from the server \(SQLSTATE 42501\)\. Grant the role the rights/
  ],
  [
    "names the missing schema, and says to run migrate",
    raise("3F000"),
    /: from the server \(SQLSTATE 3F000\)\. .*apply the pending migrations/
  ]
] as const

/** Conditions of the server, which a host can retry, with their reasons. */
const conditions = [
  ["53300", "unreachable"],
  ["55P03", "timeout"],
  ["57014", "timeout"]
] as const

for (const host of hosts) {
  describe(`an error of PostgreSQL, on ${host.name}`, () => {
    for (const [title, statement, message] of defects) {
      it.live(title, () =>
        Effect.gen(function* () {
          const error = yield* errorAfter(host, statement)
          if (!(error instanceof Error)) return assert.fail(`expected an Error: ${error}`)
          assert.match(error.message, message)
          assert.match(error.message, /^ContactInformations\.add: /)
        })
      )
    }

    for (const [sqlState, reason] of conditions) {
      it.live(`is ${reason} after SQLSTATE ${sqlState}, and prints the message of the server`, () =>
        Effect.gen(function* () {
          const error = yield* errorAfter(host, raise(sqlState))
          assert.instanceOf(error, StorageUnavailable)
          assert.deepInclude(error, { reason, sqlState })
          assert.include(inspect(error), "from the server")
        })
      )
    }

    it.live("is read-only if the server accepts no changes", () =>
      Effect.gen(function* () {
        const error = yield* errorAfter(host, readOnly)
        assert.instanceOf(error, StorageUnavailable)
        assert.deepInclude(error, { reason: "read-only", sqlState: "25006" })
      })
    )

    it.live("is read-only for the readiness check as well", () =>
      Effect.gen(function* () {
        const { ports, end } = host.open(yield* migrated(readOnly))
        const check = Effect.flatMap(Readiness, ({ check }) => check)
        const error = yield* Effect.flip(Effect.provide(check, ports))
        yield* Effect.promise(end)
        assert.deepInclude(error, { _tag: "StorageUnavailable", reason: "read-only" })
      })
    )

    it.live("has no SQLSTATE, and no address as JSON, if the server cannot be reached", () =>
      Effect.gen(function* () {
        const error = yield* errorAfter(host, "SELECT 1", () => "postgres://postgres@127.0.0.1:1/none")
        assert.instanceOf(error, StorageUnavailable)
        assert.deepInclude(error, { reason: "unreachable", sqlState: null })
        assert.notMatch(JSON.stringify(error), /127\.0|:1\b/)
      })
    )
  })
}

it.live("a change in a transaction that accepts only reads is refused as read-only, and its session does not end", () =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const { add } = yield* ContactInformations
    const transaction = Effect.gen(function* () {
      yield* sql`SET TRANSACTION READ ONLY`
      const error = yield* Effect.flip(sql.withTransaction(add(freshOrganisation(), aPerson())))
      yield* sql`SELECT 1`
      return error
    })
    assert.deepInclude(yield* sql.withTransaction(transaction), { _tag: "StorageUnavailable", reason: "read-only" })
  }).pipe(
    Effect.provide(
      Postgres.layer.pipe(
        Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
        Layer.provideMerge(Layer.unwrap(Effect.map(freshDatabase, clientOf)))
      )
    )
  )
)

it.live("a server that demands an authentication method that the client lacks is unreachable", () =>
  Effect.gen(function* () {
    const demandsKerberos = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 2])
    const server = createServer((socket) => socket.once("data", () => socket.end(demandsKerberos)))
    yield* Effect.addFinalizer(() => Effect.promise(() => server[Symbol.asyncDispose]()))
    const port = yield* Effect.promise(() => listenOnFreePort(server))
    const find = Effect.flatMap(ContactInformations, ({ find }) => find(freshOrganisation(), aPerson().id))
    const ports = Layer.provide(Postgres.layer, clientOf(`postgres://postgres@127.0.0.1:${port}`))
    const error = yield* Effect.flip(Effect.provide(find, ports))
    assert.deepInclude(error, { _tag: "StorageUnavailable", reason: "unreachable", sqlState: null })
  }).pipe(Effect.scoped)
)
