/** Checks an example of an executor against a database: `node executor.ts typeorm`, with DATABASE_URL. */
import assert from "node:assert/strict"
import { Accounts, createCommunications, Name, OrganisationId, orThrow, UserId } from "@communications/core"
import { contracts } from "@communications/core/testing"
import { type Execute, layerHost, migrateHost, PasswordCost } from "@communications/postgres"
import { Cause, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"

interface Host {
  /** Runs each statement in a separate transaction. */
  readonly pool: Execute
  readonly transaction: (body: (execute: Execute) => Promise<void>) => Promise<void>
  readonly close: () => Promise<unknown>
}

const { open }: { readonly open: (url: string) => Promise<Host> } = await import(`./${process.argv[2]}.ts`)
const { pool, transaction, close } = await open(process.env.DATABASE_URL ?? "")
const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }
const onPool = layerHost(pool, { concurrency: 10 })
const { communications, contact_information } = createCommunications(onPool)

/** Creates a draft and returns its identifier. */
const draft = async () => {
  const contact = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Zoë", last_name: "π" } as const
  const { id } = await orThrow(contact_information.create({ caller, ...contact }))
  const ofContact = { contact_information_identifier: { id } }
  const created = communications.create({ caller, ...ofContact, direction: "OUTGOING", media: "EMAIL" })
  return { number: (await orThrow(created)).number }
}
const stateOf = async (number: { readonly number: string }) =>
  (await orThrow(communications.show({ caller, communication_identifier: number }))).life_cycle_state

await transaction(async (execute) => {
  await migrateHost(execute)
})

// A refusal leaves the transaction of the host usable, and its commit stores our step.
const committed = await draft()
await transaction(async (execute) => {
  const { communications } = createCommunications(layerHost(execute))
  const completion = { caller, communication_identifier: committed }
  assert.equal((await communications.complete(completion)).ok, true)
  const again = await communications.complete(completion)
  assert.equal(again.ok ? "completed twice" : again.error._tag, "NotDraft")
  assert.equal((await communications.show(completion)).ok, true)
})
assert.equal(await stateOf(committed), "COMPLETED")

// A rollback of the host undoes our step.
const undone = await draft()
const failure = new Error("the host fails")
const failed = transaction(async (execute) => {
  const { communications } = createCommunications(layerHost(execute))
  assert.equal((await communications.complete({ caller, communication_identifier: undone })).ok, true)
  throw failure
})
await assert.rejects(failed, failure)
assert.equal(await stateOf(undone), "DRAFT")

// The SQLSTATE and the constraint of an error are recognised.
const violation = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE letters (number text PRIMARY KEY)`
  const { reason } = yield* Effect.flip(sql`INSERT INTO letters VALUES ('1'), ('1') RETURNING number`)
  assert.equal(reason._tag, "UniqueViolation")
  assert.equal(reason._tag === "UniqueViolation" && reason.constraint, "letters_pkey")
})
await Effect.runPromise(Effect.provide(violation, onPool))

// A password is hashed and compared.
const logIn = Effect.gen(function* () {
  const [accounts, name, password] = [yield* Accounts, Name.make("acme"), Redacted.make("secret")]
  const organisation = OrganisationId.make(caller.organisation)
  yield* accounts.addOrganisation(organisation, name)
  yield* accounts.addUser({ organisation, user: UserId.make(caller.user) }, name, password)
  yield* accounts.authenticate({ organisation: name, username: name, password })
})
await Effect.runPromise(Effect.provide(logIn, onPool))

// The suite that the executors of the library pass. Under Bun its clauses take equal errors for different.
const suite = process.versions.bun === undefined ? contracts : []
const ports = Layer.provide(onPool, Layer.succeed(PasswordCost, 4))
await Effect.runPromise(
  Effect.provide(
    Effect.forEach(suite, ({ name, test }) =>
      Effect.tapCause(test, (cause) => Effect.sync(() => console.error(`failed: ${name}\n${Cause.pretty(cause)}`)))
    ),
    ports
  )
)
await close()
console.log(`${suite.length} clauses pass`)
