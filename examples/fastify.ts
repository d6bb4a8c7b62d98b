import { createCommunications, NotDraft, orThrow } from "@communications/core"
import { fromPg, layerHost } from "@communications/postgres"
import Fastify from "fastify"
import pg from "pg"

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

/** Notes that a letter was posted, and completes it: both or neither. */
const post = async (number: string) => {
  const client = await pool.connect()
  try {
    await client.query("BEGIN")
    await client.query("INSERT INTO posted_letters (number) VALUES ($1)", [number])
    const { communications } = createCommunications(layerHost(fromPg(client)))
    const completed = await orThrow(communications.complete({ caller, communication_identifier: { number } }))
    await client.query("COMMIT")
    return completed
  } catch (error) {
    await client.query("ROLLBACK")
    throw error
  } finally {
    client.release()
  }
}

export const app = Fastify()
app.post<{ Params: { number: string } }>("/letters/:number/posted", ({ params }) => post(params.number))
app.setErrorHandler((error, _, reply) => reply.code(error instanceof NotDraft ? 409 : 500).send(error))
app.addHook("onClose", () => pool.end())

await app.listen({ port: Number(process.env.PORT ?? 3000) })
