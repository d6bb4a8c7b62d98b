import { createCommunications, orThrow } from "@communications/core"
import { freshCaller } from "@communications/core/testing"
import { fromPg, layerHost, migrationsSql } from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { Effect } from "effect"
import pg from "pg"
import { assert, it, onTestFinished, vi } from "vitest"
import { lockWaits } from "./lockWaits.ts"

/** The methods on a pool of a new database with our tables. */
const given = async () => {
  const pool = new pg.Pool({ connectionString: await Effect.runPromise(freshDatabase), max: 5 })
  onTestFinished(() => pool.end())
  await pool.query(migrationsSql({ schema: "communications" }))
  return { pool, ...createCommunications(layerHost(fromPg(pool))) }
}

it("stop() of a promise host stores the position: no handled event is delivered again", {
  timeout: 60_000
}, async () => {
  const { communications, contact_information, subscribe } = await given()
  const caller = freshCaller()
  const contact = await orThrow(
    contact_information.create({
      caller,
      ...{ type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }
    })
  )
  for (let count = 0; count < 30; count++) {
    const contact_information_identifier = { id: contact.id }
    const draft = { caller, contact_information_identifier, direction: "OUTGOING", media: "EMAIL" } as const
    const { id } = await orThrow(communications.create(draft))
    await orThrow(communications.complete({ caller, communication_identifier: { id } }))
  }
  const handled: Array<string> = []
  const release = Promise.withResolvers<void>()
  let running = 0
  let mostRunning = 0
  const start = () =>
    subscribe({
      subscription: "postage",
      every: "20 millis",
      handler: async ({ number }) => {
        mostRunning = Math.max(mostRunning, ++running)
        if (handled.push(number) === 21) await release.promise
        running--
      }
    })
  const [first, second] = [start(), start()]
  await vi.waitFor(() => assert.lengthOf(handled, 21), 10_000)
  const stopped = Promise.all([first.stop(), second.stop()])
  const third = start()
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.lengthOf(handled, 21)
  release.resolve()
  await stopped
  await vi.waitFor(() => assert.isAtLeast(handled.length, 30), 10_000)
  await third.stop()
  assert.deepStrictEqual([handled.length, new Set(handled).size, mostRunning], [30, 30, 1])
})

it("ready waits for the open transactions with changes", { timeout: 60_000 }, async () => {
  const { pool, subscribe } = await given()
  const writer = await pool.connect()
  await writer.query("BEGIN")
  const own = createCommunications(layerHost(fromPg(writer)))
  const contact = { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" } as const
  const caller = freshCaller()
  const { id } = await orThrow(own.contact_information.create({ caller, ...contact }))
  const draft = { caller, contact_information_identifier: { id }, direction: "OUTGOING", media: "EMAIL" } as const
  await orThrow(own.communications.create(draft))
  const steps: Array<string> = []
  const { ready, stop } = subscribe({ subscription: "postage", from: "now", every: "20 millis", handler: () => {} })
  const isReady = ready.then(() => steps.push("ready"))
  await new Promise((resolve) => setTimeout(resolve, 300))
  steps.push("commit")
  await writer.query("COMMIT")
  writer.release()
  await isReady
  assert.deepStrictEqual(steps, ["commit", "ready"])
  await stop()
})

it("stop() resolves while the database does not respond, and prints nothing afterwards", {
  timeout: 60_000
}, async () => {
  const { pool, subscribe } = await given()
  const printed = vi.spyOn(console, "log").mockImplementation(() => {})
  onTestFinished(() => printed.mockRestore())
  const { ready, stop } = subscribe({ subscription: "postage", every: "1 milli", handler: () => {} })
  await ready
  const locker = await pool.connect()
  await locker.query("BEGIN; LOCK TABLE communications.subscriptions")
  const waiting = `SELECT ${lockWaits}`
  await vi.waitFor(async () => assert.isAtLeast((await pool.query(waiting)).rows.length, 1), 10_000)
  await stop({ within: "100 millis" })
  assert.isAtLeast((await pool.query(waiting)).rows.length, 1)
  printed.mockClear()
  await locker.query("COMMIT")
  locker.release()
  await vi.waitFor(async () => assert.lengthOf((await pool.query(waiting)).rows, 0), 10_000)
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepStrictEqual(printed.mock.calls, [])
})
