import { createCommunications } from "@communications/core"
import { type Execute, layerHost } from "@communications/postgres"
import pg from "pg"

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

// #region execute
/** Runs one statement, and warns if it takes longer than a second. */
const execute: Execute = async (text, parameters) => {
  const began = performance.now()
  const { rows } = await pool.query(text, [...parameters])
  if (performance.now() - began > 1_000) console.warn("A slow statement", text)
  return rows
}

const { communications } = createCommunications(layerHost(execute, { concurrency: 10 }))
// #endregion

const completed = await communications.complete({ caller, communication_identifier: { number: "41" } })
console.log(completed.ok ? completed.value.life_cycle_state : completed.error.message)
await pool.end()
