import { createCommunications, orThrow } from "@communications/core"
import { fromKysely, layerHost, migrateHost } from "@communications/postgres"
import { Kysely, PostgresDialect } from "kysely"
import pg from "pg"

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const db = new Kysely<{ posted_letters: { number: string } }>({ dialect: new PostgresDialect({ pool }) })
const schema = "communications"
const on = (handle: typeof db) => createCommunications(layerHost(fromKysely(handle), { schema }))
const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

await db.transaction().execute((tx) => migrateHost(fromKysely(tx), { schema }))

const { communications, contact_information, subscribe } = on(db)
const contact = await orThrow(
  contact_information.create({
    caller,
    type: "PERSON",
    life_cycle_state: "MARKETING",
    first_name: "Ada",
    last_name: "Lovelace"
  })
)
const { id, number } = await orThrow(
  communications.create({
    caller,
    contact_information_identifier: { id: contact.id },
    direction: "OUTGOING",
    media: "LETTER"
  })
)

const received = Promise.withResolvers<void>()
const subscription = subscribe({
  subscription: "postage",
  handler: ({ communication }) => {
    if (communication === id) received.resolve()
  }
})

await db.transaction().execute(async (tx) => {
  await tx.insertInto("posted_letters").values({ number }).execute()
  await orThrow(on(tx).communications.complete({ caller, communication_identifier: { id } }))
})

await received.promise
console.log(`Letter ${number} is completed`)
await subscription.stop()
await db.destroy()
