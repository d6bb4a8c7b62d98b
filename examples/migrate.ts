import { fromPg, migrateHost } from "@communications/postgres"
import pg from "pg"

const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
await client.connect()
await client.query("BEGIN")
const applied = await migrateHost(fromPg(client))
await client.query("COMMIT")
await client.end()
console.log(applied.length === 0 ? "up to date" : "migrated")
