/** The rights of the role that serves, on the real PostgreSQL. The documents list the same ones. */
import { randomUUID } from "node:crypto"
import { Accounts, createCommunications, Name, type Operations, orThrow } from "@communications/core"
import { freshCaller } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { Effect, Layer, Redacted } from "effect"
import pg from "pg"
import { assert, expect, it, onTestFinished } from "vitest"

const schema = "communications"

/** A pool that is closed after the test. */
const connected = (connectionString: string) => {
  const pool = new pg.Pool({ connectionString })
  onTestFinished(() => pool.end())
  return pool
}

it("the documented rights are enough for every operation and a subscription that parks an event", {
  timeout: 60_000
}, async () => {
  const url = new URL(await Effect.runPromise(freshDatabase))
  const owner = connected(url.href)
  // Roles belong to the whole server, so each run has its own.
  const role = `crm_app_${randomUUID().replaceAll("-", "")}`
  await owner.query(Postgres.migrationsSql({ schema }))
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`)
  onTestFinished(async () => void (await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)))
  await owner.query(Postgres.grantsSql({ schema, role }))

  url.username = role
  url.password = "secret"
  const ports = Postgres.layerHost(Postgres.fromPg(connected(url.href)), { schema }).pipe(
    Layer.provide(Layer.succeed(Postgres.PasswordCost, 4)),
    Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute"))
  )
  const [caller, name] = [freshCaller(), Name.make("demo")]
  await Effect.gen(function* () {
    const accounts = yield* Accounts
    yield* accounts.addOrganisation(caller.organisation, name)
    yield* accounts.addUser(caller, name, Redacted.make("demo"))
  }).pipe(Effect.provide(ports), Effect.runPromise)

  const api = createCommunications(ports)
  onTestFinished(api.dispose)
  const { token } = await orThrow(
    api.authentication.token({ organisation: "demo", username: "demo", password: "demo" })
  )
  const contact = await orThrow(
    api.contact_information.create({
      ...{ token, type: "COMPANY", life_cycle_state: "MARKETING" },
      company_name: "Analytical Engines"
    })
  )
  const contact_information_identifier = { id: contact.id }
  const draft = await orThrow(
    api.communications.create({ token, contact_information_identifier, direction: "OUTGOING", media: "EMAIL" })
  )
  const named = { token, communication_identifier: { number: draft.number } }
  const results: Record<Operations["name"], unknown> = {
    "authentication/token": token,
    "contact_information/create": contact,
    "contact_information/show": await orThrow(api.contact_information.show({ token, contact_information_identifier })),
    "contact_information/list": await orThrow(api.contact_information.list({ token, name: "analytical" })),
    "communications/create": draft,
    "communications/show": await orThrow(api.communications.show({ ...named, fields_set: "history" })),
    "communications/list": await orThrow(api.communications.list({ token, life_cycle_state: "DRAFT" })),
    "communications/view": await orThrow(api.communications.view(named)),
    "communications/complete": await orThrow(api.communications.complete(named)),
    "authentication/token/release": await orThrow(api.authentication.release({ token }))
  }
  expect(results["communications/complete"]).toMatchObject({ life_cycle_state: "COMPLETED" })
  expect(results["communications/show"]).toMatchObject({ history: [{ by_username: "demo" }] })

  // The role of a host that authenticates its users itself has no rights on `users`.
  await owner.query(`REVOKE ALL ON communications.users FROM ${role}`)
  const { communication_identifier } = named
  expect(
    await orThrow(api.communications.show({ caller, communication_identifier, fields_set: "history" }))
  ).toMatchObject({ history: [{ by: caller.user, by_username: null }, { to: "COMPLETED" }] })

  let calls = 0
  const readFailures: Array<unknown> = []
  const subscription = api.subscribe({
    ...{ subscription: "mail", every: "10 millis", attempts: 1 },
    handler: () => {
      calls += 1
      if (calls === 1) throw new Error("the first call fails")
    },
    onError: (error, event) => {
      if (event === undefined) readFailures.push(error)
    }
  })
  const eventually = { timeout: 20_000, interval: 10 }
  await expect.poll(async () => [await subscription.parked(), readFailures], eventually).toMatchObject([[{}], []])
  const [parked] = await subscription.parked()
  assert.isTrue(await subscription.retry(parked?.event.id ?? ""))
  const rows = () => owner.query("SELECT FROM communications.parked_events")
  await expect.poll(async () => [calls, (await rows()).rowCount, readFailures], eventually).toEqual([2, 0, []])
  await subscription.stop()
})
