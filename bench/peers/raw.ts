/** Only `node:http` and `pg`: one named prepared statement per request. */
import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Pool } from "pg"
import { type PeerResponse, parseRequest, path, refusal } from "./documented.ts"
import { announceServer } from "./listening.ts"
import { parametersOf, type Row, responseOf, statements } from "./statement.ts"

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 })

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const bodyOf = (request: IncomingMessage): Promise<unknown> =>
  new Promise((resolve, reject) => {
    let text = ""
    request
      .setEncoding("utf8")
      .on("data", (chunk: string) => {
        text += chunk
        if (text.length > 16_384) resolve(undefined)
      })
      .on("end", () => resolve(parseJson(text)))
      .on("error", reject)
  })

const complete = async (body: unknown, id: string): Promise<PeerResponse> => {
  const parsed = parseRequest(body)
  if (typeof parsed === "string") return refusal(parsed)
  const { rows } = await pool.query<Row>({
    name: `complete by ${parsed.key}`,
    text: statements[parsed.key],
    values: [...parametersOf(parsed, id)]
  })
  return responseOf(rows[0])
}

const send = (response: ServerResponse, id: string, { http, body }: PeerResponse): void => {
  const text = JSON.stringify(body)
  response.writeHead(http, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "x-request-id": id
  })
  response.end(text)
}

const server = createServer(async (request, response) => {
  const id = randomUUID()
  if (request.method !== "POST" || request.url !== path) return void response.writeHead(404).end()
  try {
    send(response, id, await complete(await bodyOf(request), id))
  } catch (error) {
    console.error(error)
    send(response, id, refusal("INTERNAL_ERROR"))
  }
})
server.listen(0, "127.0.0.1", () => announceServer(server))
