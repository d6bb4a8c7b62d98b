import { createCommunications } from "@communications/core"
import { fromPg, layerHost } from "@communications/postgres"
import pg from "pg"

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }
await pool.query("CREATE TABLE IF NOT EXISTS postage (event text PRIMARY KEY, number text NOT NULL)")

// #region subscribe
const { communications, subscribe } = createCommunications(layerHost(fromPg(pool)))

const subscription = subscribe({
  subscription: "postage",
  handler: async ({ id, number }) => {
    await pool.query("INSERT INTO postage (event, number) VALUES ($1, $2) ON CONFLICT DO NOTHING", [id, number])
  }
})
// #endregion

await communications.complete({ caller, communication_identifier: { number: "41" } })
const isHandled = async () => (await pool.query("SELECT FROM postage WHERE number = '41'")).rows.length > 0
while (!(await isHandled())) await new Promise((resolve) => setTimeout(resolve, 100))
console.log("the completion of 41 is handled")

await subscription.stop()
await pool.end()
