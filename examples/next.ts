import { createCommunications } from "@communications/core"
import { fromDrizzle, layerHost } from "@communications/postgres"
import { sql } from "drizzle-orm"
import { drizzle } from "drizzle-orm/node-postgres"

const db = drizzle(process.env.DATABASE_URL ?? "")
const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

/** Completes a letter, and notes that it was posted: both or neither. */
export async function POST(request: Request): Promise<Response> {
  const number = String((await request.formData()).get("number"))
  return db.transaction(async (tx) => {
    const { communications } = createCommunications(layerHost(fromDrizzle(tx, sql)))
    const completed = await communications.complete({ caller, communication_identifier: { number } })
    if (!completed.ok && completed.error._tag !== "NotDraft") throw completed.error
    if (!completed.ok) return Response.json({ error: "NotDraft" }, { status: 409 })
    await tx.execute(sql`INSERT INTO posted_letters (number) VALUES (${number})`)
    return Response.json(completed.value)
  })
}
