/** Hono on its Node server, and postgres.js with a prepared statement. */
import { serve } from "@hono/node-server"
import { Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { requestId } from "hono/request-id"
import postgres from "postgres"
import { type Answer, path, read, refused } from "./documented.ts"
import { announce } from "./listening.ts"
import { answerOf, parametersOf, type Row, statements } from "./statement.ts"

const sql = postgres(process.env.DATABASE_URL ?? "", { max: 10 })

const complete = async (body: unknown, id: string): Promise<Answer> => {
  const asked = read(body)
  if (typeof asked === "string") return refused(asked)
  const [row] = await sql.unsafe<Array<Row>>(statements[asked.key], [...parametersOf(asked, id)], { prepare: true })
  return answerOf(row)
}

const app = new Hono<{ Variables: { requestId: string } }>()
app.use(requestId())
app.post(path, bodyLimit({ maxSize: 16_384 }), async (context) => {
  const given: unknown = await context.req.json().catch(() => undefined)
  const { http, body } = await complete(given, context.get("requestId"))
  return context.json(body, http)
})
app.onError((error, context) => {
  console.error(error)
  const { http, body } = refused("INTERNAL_ERROR")
  return context.json(body, http)
})

serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => announce(port, () => sql.end({ timeout: 1 })))
