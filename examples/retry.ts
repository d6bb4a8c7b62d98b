import { createCommunications, NotDraft, orThrow, StorageUnavailable } from "@communications/core"
import { fromPg, layerHost } from "@communications/postgres"
import pg from "pg"

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, statement_timeout: 4_000 })
const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

// #region loop
/** Whether a concurrent transaction is to blame: as the library reports it, or as pg does for statements of yours. */
const isConflict = (error: unknown): boolean =>
  (error instanceof StorageUnavailable && error.reason === "conflict") ||
  (error instanceof pg.DatabaseError && (error.code === "40001" || error.code === "40P01"))

/** Runs the body in a transaction, and after a conflict again, up to five times. */
const transaction = async <A>(body: (client: pg.PoolClient) => Promise<A>, attempt = 1): Promise<A> => {
  const client = await pool.connect()
  try {
    await client.query("BEGIN ISOLATION LEVEL SERIALIZABLE")
    const result = await body(client)
    await client.query("COMMIT")
    client.release()
    return result
  } catch (error) {
    await client.query("ROLLBACK").then(
      () => client.release(),
      () => client.release(true)
    )
    if (attempt === 5 || !isConflict(error)) throw error
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt))
    return transaction(body, attempt + 1)
  }
}
// #endregion

const post = (number: string) =>
  transaction(async (client) => {
    await client.query("INSERT INTO posted_letters (number) VALUES ($1)", [number])
    const { communications } = createCommunications(layerHost(fromPg(client)))
    return orThrow(communications.complete({ caller, communication_identifier: { number } }))
  })

try {
  const { life_cycle_state } = await post("41")
  console.log(life_cycle_state)
} catch (error) {
  if (!(error instanceof NotDraft)) throw error
  console.log(error.message)
}
await pool.end()
