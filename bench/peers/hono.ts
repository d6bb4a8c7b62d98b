/** Hono on its Node server, and postgres.js with a prepared statement. */
import { serve } from "@hono/node-server"
import { Hono } from "hono"
import { bodyLimit } from "hono/body-limit"
import { requestId } from "hono/request-id"
import postgres from "postgres"
import { type PeerResponse, parseRequest, path, refusal } from "./documented.ts"
import { announce } from "./listening.ts"
import { parametersOf, type Row, responseOf, statements } from "./statement.ts"

const sql = postgres(process.env.DATABASE_URL ?? "", { max: 10 })

const complete = async (body: unknown, id: string): Promise<PeerResponse> => {
  const parsed = parseRequest(body)
  if (typeof parsed === "string") return refusal(parsed)
  const [row] = await sql.unsafe<Array<Row>>(statements[parsed.key], [...parametersOf(parsed, id)], { prepare: true })
  return responseOf(row)
}

const app = new Hono<{ Variables: { requestId: string } }>()
app.use(requestId())
app.post(path, bodyLimit({ maxSize: 16_384 }), async (context) => {
  const json: unknown = await context.req.json().catch(() => undefined)
  const { http, body } = await complete(json, context.get("requestId"))
  return context.json(body, http)
})
app.onError((error, context) => {
  console.error(error)
  const { http, body } = refusal("INTERNAL_ERROR")
  return context.json(body, http)
})

serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => announce(port, () => sql.end({ timeout: 1 })))
