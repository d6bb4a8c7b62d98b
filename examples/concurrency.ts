import { createCommunications } from "@communications/core"
import { fromPg, layerHost, StorageTimeout } from "@communications/postgres"
import { Layer } from "effect"
import pg from "pg"

const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

// #region pool
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, statement_timeout: 4_000 })
const { communications } = createCommunications(layerHost(fromPg(pool), { concurrency: 8 }))
// #endregion

const completed = await communications.complete({ caller, communication_identifier: { number: "41" } })
console.log(completed.ok ? completed.value.life_cycle_state : completed.error.message)

// #region timeout
const ports = Layer.merge(layerHost(fromPg(pool)), Layer.succeed(StorageTimeout, "2 seconds"))
const { communications: impatient } = createCommunications(ports)
// #endregion
const shown = await impatient.show({ caller, communication_identifier: { number: "41" } })
if (!shown.ok) throw shown.error
await pool.end()
