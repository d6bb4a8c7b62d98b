/** Fastify and `pg`: request and response schemas, which Fastify compiles; one named prepared statement. */
import { randomUUID } from "node:crypto"
import Fastify from "fastify"
import { Pool } from "pg"
import { parseRequest, path, refusal } from "./documented.ts"
import { announceServer } from "./listening.ts"
import { parametersOf, type Row, responseOf, statements } from "./statement.ts"

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 })

const text = { type: ["string", "null"] }
const anything = { type: ["object", "null"], additionalProperties: true }
const properties = (names: ReadonlyArray<string>) => Object.fromEntries(names.map((name) => [name, text]))

const request = {
  type: "object",
  required: ["communication_identifier"],
  properties: {
    token: text,
    communication_identifier: {
      type: "object",
      properties: { id: text, number: text },
      additionalProperties: false
    }
  }
}
const response = {
  type: "object",
  properties: {
    status: { type: "object", properties: properties(["code", "message", "description"]) },
    data: {
      type: ["object", "null"],
      properties: {
        ...properties(["id", "number", "life_cycle_state", "subject"]),
        viewed: { type: "boolean" },
        viewed_on: text,
        contact_information: {
          type: "object",
          properties: {
            ...properties(["id", "type", "life_cycle_state", "name", "first_name", "middle_name", "last_name"]),
            ...properties(["title", "company_name"]),
            demographics: anything,
            company_profile: anything
          }
        }
      }
    }
  }
}

const app = Fastify({
  genReqId: () => randomUUID(),
  bodyLimit: 16_384,
  logger: { level: "warn" },
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false } }
})

app.setErrorHandler((error, { log }, reply) => {
  if (error instanceof Error && "statusCode" in error && error.statusCode === 400) {
    const { http, body } = refusal("INVALID_PARAMETERS")
    return reply.code(http).send(body)
  }
  log.error(error)
  return reply.code(500).send(refusal("INTERNAL_ERROR").body)
})

app.post(
  path,
  { schema: { body: request, response: { "2xx": response, "4xx": response } } },
  async (request, reply) => {
    const parsed = parseRequest(request.body)
    const { http, body } =
      typeof parsed === "string"
        ? refusal(parsed)
        : responseOf(
            (
              await pool.query<Row>({
                name: `complete by ${parsed.key}`,
                text: statements[parsed.key],
                values: [...parametersOf(parsed, request.id)]
              })
            ).rows[0]
          )
    return reply.code(http).header("x-request-id", request.id).send(body)
  }
)

await app.listen({ port: 0, host: "127.0.0.1" })
announceServer(app.server)
