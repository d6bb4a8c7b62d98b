import { createCommunications, NotDraft, orThrow } from "@communications/core"
import { fromPostgresJs, layerHost } from "@communications/postgres"
import { Hono } from "hono"
import postgres from "postgres"

const sql = postgres(process.env.DATABASE_URL ?? "")
const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

/** Notes that a letter was posted, and completes it: both or neither. */
const post = (number: string) =>
  sql.begin(async (tx) => {
    await tx`INSERT INTO posted_letters (number) VALUES (${number})`
    const { communications } = createCommunications(layerHost(fromPostgresJs(tx)))
    return orThrow(communications.complete({ caller, communication_identifier: { number } }))
  })

export default new Hono()
  .post("/letters/:number/posted", async (c) => c.json(await post(c.req.param("number"))))
  .onError((error, c) => c.json({ error: error.name }, error instanceof NotDraft ? 409 : 500))
