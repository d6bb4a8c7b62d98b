import { Agent, type IncomingHttpHeaders, request as send } from "node:http"
import { disagreement } from "@communications/test-support/documentAgreement"
import { isLong, record, seed } from "@communications/test-support/faults"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { endAll, start } from "@communications/test-support/ServerProcess"
import { PgClient } from "@effect/sql-pg"
import { Arbitrary, Effect, Redacted, Schema } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { documented, otherToken } from "./documented.ts"
import { type GeneratedRequest, type Known, requestsOf } from "./generatedRequests.ts"
import { runCommand } from "./runCommand.ts"

const runs = isLong ? 20_000 : 200

/** Values that exist in the demonstration data. Tokens that are released are others than those that are used. */
const knownIn = (database: string) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const released = Array.from({ length: 40 }, (_, index) => index.toString(16).toUpperCase().padStart(32, "0"))
    yield* sql`
      INSERT INTO sessions (token_hash, organisation, "user", expires_at)
      SELECT sha256(convert_to(token, 'UTF8')), organisation, "user", expires_at
      FROM sessions, unnest(${released}::text[]) AS token
      WHERE token_hash = sha256(convert_to(${documented.request.token}, 'UTF8'))`
    const ids = yield* sql<{ readonly id: string }>`
      SELECT upper(replace(id::text, '-', '')) AS id FROM communications
      UNION ALL SELECT upper(replace(id::text, '-', '')) FROM contact_information`
    const id = ids.map((row) => row.id)
    const token = [...Array<string>(8).fill(documented.request.token), otherToken, "0".repeat(32), "x"]
    const number = Array.from({ length: 200 }, (_, index) => String(40 + index))
    const known: Known = {
      ...{ token, id, number, after: id, fields_set: ["id", "id,number", "name", "subject,contact_information.name"] },
      ...{ username: ["demo"], password: ["demo"], organisation: ["CRMDEMO"], type: ["PERSON"] },
      communication_identifier: [...number.map((number) => `number=${number}`), ...id.map((id) => `id=${id}`)],
      contact_information_identifier: id.map((id) => `id=${id}`),
      "Idempotency-Key": Array.from({ length: 20 }, (_, index) => `key-${index}`),
      "If-Match": ['"1"', '"2"', "*", '"1", "2"', 'W/"1"']
    }
    return (path: string): Known => (path.endsWith("/release") ? { ...known, token: released } : known)
  }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 })))

/** Sends a request, and returns the response. */
const exchange = (agent: Agent, port: string, { method, path, headers, body, chunked }: GeneratedRequest) =>
  Effect.callback<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }, Error>(
    (resume) => {
      const framed: Record<string, string | number> = chunked
        ? { "transfer-encoding": "chunked" }
        : { "content-length": Buffer.byteLength(body ?? "") }
      const framing = body === undefined ? {} : framed
      const options = { agent, host: "127.0.0.1", port, method, path, headers: { ...headers, ...framing } }
      const sent = send(options, (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString()
          resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, text }))
        })
      }).on("error", (error) => resume(Effect.fail(error)))
      sent.end(body)
    }
  )

/** Describes how a response is wrong; `undefined` if it is right. */
const wrongIn = (
  { method, path, body }: GeneratedRequest,
  { status, headers, text }: Effect.Success<ReturnType<typeof exchange>>
) => {
  if (status >= 500) return `${status}: ${text}`
  const [pathOnly = "", query = ""] = path.split(/\?(.*)/s)
  const reduced = `${query} ${body}`.includes("fields_set")
  const wrong = disagreement({
    method,
    path: pathOnly,
    status,
    headers,
    json: text === "" ? undefined : JSON.parse(text),
    reduced
  })
  return wrong === undefined ? undefined : `${wrong}: ${status} ${text}`
}

describe("requests generated from the OpenAPI document", () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  afterAll(async () => {
    agent.destroy()
    await endAll()
  }, 60_000)

  it("have documented responses below 500, and leave no defect in the log", async (context) => {
    const database = await Effect.runPromise(freshDatabase)
    expect(await runCommand(["seed"], { DATABASE_URL: database })).toMatchObject({ code: 0 })
    const server = start("main", { DATABASE_URL: database, LOG_LEVEL: "warning", PROXIES: "1" })
    const [url, known] = [await server.url(), await Effect.runPromise(knownIn(database))]
    const { port } = new URL(url)
    const statuses: Record<string, number> = {}
    const all = requestsOf(known)
    const operation = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: all.length - 1 })))
    const generated = Arbitrary.flatMap(operation, (index) => all[index] ?? expect.unreachable())
    const result = await Effect.runPromise(
      Arbitrary.checkEffect(
        generated,
        (request) =>
          Effect.flatMap(exchange(agent, port, request), (response) => {
            const name = `${request.kind}: ${response.status}`
            statuses[name] = (statuses[name] ?? 0) + 1
            const wrong = wrongIn(request, response)
            return wrong === undefined ? Effect.succeed(true) : Effect.fail(wrong)
          }),
        { runs, seed, concurrency: 8, size: 8 }
      )
    )
    expect(Arbitrary.formatCheckFailure(result)?.slice(0, 3_000)).toBeUndefined()
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    expect(await server.stop()).toBe(0)
    expect([server.stdout.replace(/^.*"url":.*\n/, ""), server.stderr]).toEqual(["", ""])
    expect(statuses["valid: 200"]).toBeGreaterThan(0)
    record(context, { requests: runs, "responses 5xx or undocumented": 0, ...statuses })
  }, 600_000)
})
