/** How the library uses a handle of the host, and what it makes of an `Execute` that breaks its rules. */
import { createCommunications } from "@communications/core"
import {
  type Execute,
  fromDrizzle,
  fromKnex,
  fromKysely,
  fromPg,
  fromPrisma,
  type KyselyQuery,
  layerExecutor,
  layerHost,
  migrateHost,
  StorageTimeout
} from "@communications/postgres"
import { recordingTracer } from "@communications/test-support/recordingTracer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, identity, Layer, Stream } from "effect"
import { SqlClient } from "effect/sql"
import pg from "pg"
import { toSqlError } from "../src/host/ExecutorErrors.ts"
import { checkRows } from "../src/host/ResultRows.ts"
import { dropInvalidIndexes } from "../src/schema/Indexes.ts"
import { Concurrency } from "../src/statements/Transactions.ts"

describe("the concurrency of a host's handle", () => {
  for (const concurrency of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`of ${concurrency} is refused at once`, () => {
      const execute: Execute = async () => []
      const message = `concurrency must be a positive whole number, not ${concurrency}`
      assert.throws(() => layerHost(execute, { concurrency }), RangeError, message)
      assert.throws(() => layerHost(Object.assign(execute, { concurrency })), RangeError, message)
    })
  }
})

it("a concurrency above the size of a pool is refused", () => {
  const pool = new pg.Pool({ max: 7 })
  assert.throws(
    () => layerHost(fromPg(pool), { concurrency: 8 }),
    RangeError,
    "concurrency is 8, but the pool has 7 connections: make the pool larger"
  )
  layerHost(fromPg(pool), { concurrency: 7 })
})

it.effect("a handle runs as many statements at once as its pool has connections, or as the host says", () =>
  Effect.gen(function* () {
    const query = async () => ({ rows: [] })
    const raw = query
    for (const [execute, options, expected] of [
      [fromPg(new pg.Pool({ max: 7 })), {}, 7],
      [fromPg(new pg.Pool({ max: 7 })), { concurrency: 5 }, 5],
      [fromPg(new pg.Client()), { concurrency: 8 }, 1],
      [fromPg(Object.assign({ query }, { totalCount: 0 })), {}, 10],
      [fromPg(Object.assign({ query }, { totalCount: 0, options: { max: undefined } })), {}, 10],
      [fromPg(Object.assign({ query }, { totalCount: 0, options: { max: "7" } })), {}, 10],
      [fromKnex(Object.assign({ raw }, { client: { pool: { max: 3 } } })), {}, 3],
      [fromKnex(Object.assign({ raw }, { client: undefined })), {}, 1],
      [async () => [], {}, 1],
      [async () => [], { concurrency: 8 }, 8]
    ] satisfies ReadonlyArray<readonly [Execute, object, number]>) {
      assert.strictEqual(yield* Effect.provide(Concurrency, layerExecutor(execute, options)), expected)
    }
  })
)

it("the handles of Kysely and Drizzle are passed all that the types of these libraries have", async () => {
  const kysely = {
    withoutPlugins: () => ({ executeQuery: async (compiled: KyselyQuery) => ({ rows: [{ compiled }] }) })
  }
  const query = { kind: "RawNode", sqlFragments: ["SELECT $1"], parameters: [] } as const
  assert.deepStrictEqual(await fromKysely(kysely)("SELECT $1", ["x"]), [
    { compiled: { sql: "SELECT $1", parameters: ["x"], query, queryId: { queryId: "" } } }
  ])
  const drizzle = { execute: async (raw: ReadonlyArray<string>) => raw.map((text) => ({ text })) }
  assert.deepStrictEqual(await fromDrizzle(drizzle, ({ raw }) => raw)("SELECT $1 + 1", ["x"]), [
    { text: "SELECT " },
    { text: " + 1" }
  ])
})

it.effect("a migration without indexes looks for none", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* dropInvalidIndexes([], "communications"), [])
  }).pipe(Effect.provide(layerExecutor(() => Promise.reject(new Error("a statement")))))
)

const rows = [
  { a: 1, b: "x" },
  { a: 2, b: "y" }
]

it.effect("the client of a handle returns rows, values and streams, and names the database in its spans", () =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const { spans, tracer } = recordingTracer()
    const statement = sql.unsafe("SELECT a, b")
    const run = Effect.all([statement, statement.values, Stream.runCollect(statement.stream)])
    assert.deepStrictEqual(yield* Effect.withTracer(run, tracer), [rows, rows.map(Object.values), rows])
    assert.lengthOf(spans, 3)
    for (const { attributes } of spans) assert.strictEqual(attributes.get("db.system.name"), "postgresql")
    yield* Effect.withTracer(sql.withTransaction(statement), tracer)
    const transactions = spans.filter(({ name }) => name === "sql.transaction")
    assert.deepStrictEqual(
      transactions.map(({ attributes }) => [...attributes]),
      [[]]
    )
  }).pipe(Effect.provide(layerExecutor(async (text) => (text.startsWith("SELECT") ? rows : []))))
)

describe("an error of a handle", () => {
  it("has the message and the constraint of the driver's", () => {
    const { reason } = toSqlError(
      Object.assign(new Error("duplicate key"), { code: "23505", constraint: undefined, constraint_name: "one" })
    )
    assert.deepInclude(reason, { _tag: "UniqueViolation", constraint: "one" })
    assert.include(reason.message, "A statement failed on the host's handle: duplicate key")
    assert.include(toSqlError("no error").reason.message, "A statement failed on the host's handle: no error")
  })
  it("of Prisma is that of the server, if it wraps one, with Prisma's as its cause", async () => {
    const rejected = (error: unknown) =>
      fromPrisma({ $queryRawUnsafe: () => Promise.reject(error) })("SELECT 1", []).catch(identity)
    const wrapping = (driverAdapterError: object) => ({ meta: { driverAdapterError } })
    for (const other of [
      new Error("other"),
      { meta: undefined },
      { meta: {} },
      wrapping({}),
      wrapping({ cause: {} })
    ]) {
      assert.strictEqual(await rejected(other), other)
    }
    const cause = { originalCode: "23505", originalMessage: "duplicate key", constraint: { index: "one" } }
    const error = wrapping({ cause })
    assert.deepInclude(await rejected(error), {
      code: "23505",
      message: "duplicate key",
      constraint: "one",
      cause: error
    })
  })
})

it("the JSON of a failed migration has neither the cause nor an address", async () => {
  const pool = new pg.Pool({ host: "127.0.0.1", port: 1 })
  const error = await migrateHost(fromPg(pool)).then(
    () => undefined,
    (error: Error) => error
  )
  assert.include(error?.message, "ECONNREFUSED")
  assert.deepInclude(error?.cause, { port: 1 })
  assert.deepStrictEqual(JSON.parse(JSON.stringify(error)), {
    _tag: "MigrationError",
    kind: "Failed",
    message: "the database cannot be reached"
  })
})

describe("an Execute", () => {
  const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }
  const complete = (execute: Execute) =>
    createCommunications(layerHost(execute))
      .communications.complete({ caller, communication_identifier: { number: "41" } })
      .then(() => "resolved", String)

  for (const [result, json] of [
    ["rows with a count, as TypeORM for UPDATE … RETURNING", '[[{ "id": "1" }], 1]'],
    ["rows as arrays", '[["1"]]'],
    ["rows that are null", "[null]"],
    ["a result that contains the rows", '{ "rows": [] }'],
    ["nothing", "null"]
  ] as const) {
    it(`that resolves to ${result} is refused`, async () => {
      assert.include(await complete(async () => JSON.parse(json)), "`Execute` must resolve to an array of rows")
    })
  }

  it("is quoted with the beginning of its statement", () => {
    const text = `\n  SELECT ${"x".repeat(60)}  `
    assert.throws(
      () => checkRows(text, JSON.parse("[null]")),
      TypeError,
      `For \`SELECT ${"x".repeat(53)}…\` it resolved`
    )
  })

  it("that gives two columns the same name is refused", () => {
    const rows = [{ completedAt: 1, completed_at: 2 }]
    assert.throws(() => checkRows("SELECT completed_at", rows), TypeError, "does the host's handle rename columns")
  })

  it("that renames columns in a way that cannot be undone is refused at the first row of any statement", async () => {
    const renaming: Execute = async () => [{ c_1: "0" }]
    assert.include(await complete(renaming), "does the host's handle rename columns")
    const { authentication } = createCommunications(layerHost(renaming))
    const login = authentication.token({ username: "x", password: "x", organisation: "x" })
    assert.include(await login.catch(String), "does the host's handle rename columns")
    const migrating = migrateHost(renaming)
    assert.include(await migrating.catch(String), "does the host's handle rename columns")
  })

  it("returns rows of a host's own statement, which need not name its columns", async () => {
    const rowsOf = (text: string, row: Readonly<Record<string, unknown>>) =>
      Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(text)).pipe(
        Effect.provide(layerExecutor(async () => [row])),
        Effect.runPromise
      )
    for (const [text, name] of [
      ["SELECT 1", "?column?"],
      ["SELECT COUNT(o.id) FROM orders o", "count"],
      ["SELECT * FROM orders", "paid"],
      ["INSERT INTO orders DEFAULT VALUES RETURNING *", "paid"]
    ] as const) {
      assert.deepStrictEqual(await rowsOf(text, { [name]: "1" }), [{ [name]: "1" }])
    }
  })

  it("that never ends delays dispose() at most for the time limit of a statement", async () => {
    const isRunning = Promise.withResolvers<void>()
    const stuck: Execute = () => {
      isRunning.resolve()
      return new Promise(() => {})
    }
    const ports = Layer.merge(layerHost(stuck), Layer.succeed(StorageTimeout, "50 millis"))
    const { communications, dispose } = createCommunications(ports)
    const call = communications.complete({ caller, communication_identifier: { number: "41" } }).then(() => "", String)
    await isRunning.promise
    await dispose()
    assert.include(await call, "dispose() was called")
  })
})
