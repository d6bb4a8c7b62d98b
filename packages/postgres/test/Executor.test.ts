/** What the library makes of an `Execute` that breaks its rules. */
import { createCommunications } from "@communications/core"
import { type Execute, fromPg, layerExecutor, layerHost, migrateHost, StorageTimeout } from "@communications/postgres"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import pg from "pg"

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

it("a concurrency above the size of a pool is refused, and one for a transaction is ignored", () => {
  const pool = new pg.Pool({ max: 7 })
  assert.throws(
    () => layerHost(fromPg(pool), { concurrency: 8 }),
    RangeError,
    "concurrency is 8, but the pool has 7 connections: make the pool larger"
  )
  layerHost(fromPg(pool), { concurrency: 7 })
  layerHost(fromPg(new pg.Client()), { concurrency: 8 })
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
    ["a result that contains the rows", '{ "rows": [] }'],
    ["nothing", "null"]
  ] as const) {
    it(`that resolves to ${result} is refused`, async () => {
      assert.include(await complete(async () => JSON.parse(json)), "`Execute` must resolve to an array of rows")
    })
  }

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
