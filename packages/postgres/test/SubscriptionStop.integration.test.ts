import { createCommunications, orThrow } from "@communications/core"
import { freshCaller } from "@communications/core/testing"
import { fromPg, layerHost, migrationsSql } from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { Effect } from "effect"
import pg from "pg"
import { assert, it, onTestFinished, vi } from "vitest"

it("stop() of a promise host stores the position: no handled event is delivered again", {
  timeout: 60_000
}, async () => {
  const pool = new pg.Pool({ connectionString: await Effect.runPromise(freshDatabase), max: 5 })
  onTestFinished(() => pool.end())
  await pool.query(migrationsSql({ schema: "communications" }))
  const { communications, contact_information, subscribe } = createCommunications(
    layerHost(fromPg(pool), { concurrency: 5, schema: "communications" })
  )
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
