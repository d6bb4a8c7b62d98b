/** What the library makes of an `Execute` that breaks its rules. */
import { createCommunications } from "@communications/core"
import { type Execute, layerHost, StorageTimeout } from "@communications/postgres"
import { assert, describe, it } from "@effect/vitest"
import { Layer } from "effect"

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

  it("that renames columns in a way that cannot be undone is refused", async () => {
    const message = await complete(async () => [{ c_item: "0", c_id: "0a1b2c3d-0000-0000-0000-000000000000" }])
    assert.include(message, "does the host's handle rename columns")
  })
})
