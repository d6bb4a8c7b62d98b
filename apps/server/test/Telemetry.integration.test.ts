import { Accounts, Name } from "@communications/core"
import { freshCaller, freshId } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { endAll, start } from "@communications/test-support/ServerProcess"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted } from "effect"
import { afterAll, expect, it } from "vitest"
import { attributesOf, otlpReceiver, type ReceivedSpan } from "./otlpReceiver.ts"

afterAll(endAll, 60_000)

const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"]
const [internal, server, client] = [1, 2, 3]

it("a request is one trace, from its caller to each statement; nothing exported identifies a person", async () => {
  const database = await Effect.runPromise(freshDatabase)
  const caller = freshCaller()
  const password = `password ${freshId()}`
  const personal = {
    ...{ first_name: "Annabella", last_name: "Vandersteen", id_number: "ID4711-X" },
    ...{ subject: "Divorce papers", content: "Dear Annabella", username: "gwendolyn" }
  }
  await Effect.gen(function* () {
    yield* Postgres.migrate
    const accounts = yield* Accounts
    yield* accounts.addOrganisation(caller.organisation, Name.make("Lighthouse"))
    yield* accounts.addUser(caller, Name.make(personal.username), Redacted.make(password))
  }).pipe(
    Effect.provide(
      Postgres.layer.pipe(
        Layer.provideMerge(PgClient.layer({ url: Redacted.make(database) })),
        Layer.provideMerge(Layer.succeed(Postgres.DatabaseSchema, "public"))
      )
    ),
    Effect.runPromise
  )
  const receiver = await otlpReceiver()
  const headerSecret = freshId()
  const process = start("main", {
    ...{ DATABASE_URL: database, LOG_LEVEL: "debug", PROXIES: "1" },
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
    ...{ OTEL_SERVICE_NAME: "crm", OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${headerSecret}` }
  })
  const url = await process.url()
  const address = "203.0.113.77"
  const send = async (operation: string, body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/crmapi/rest/v2/${operation}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-forwarded-for": address, ...headers },
      body: JSON.stringify(body)
    })
    return { id: response.headers.get("x-request-id"), ...JSON.parse(await response.text()) }
  }
  const { username, subject, content, ...contact } = personal
  const credentials = { organisation: "Lighthouse", username, password }
  const { token } = (await send("authentication/token", credentials)).data
  for (let attempt = 0; attempt < 7; attempt++)
    await send("authentication/token", { ...credentials, password: "wrong" })
  const { first_name, last_name, id_number } = contact
  const person = { type: "PERSON", life_cycle_state: "FINANCIAL", first_name, last_name, demographics: { id_number } }
  const { id } = (await send("contact_information/create", { token, ...person })).data
  const key = `key-${freshId()}`
  const draft = {
    token,
    contact_information_identifier: { id },
    direction: "OUTGOING",
    media: "EMAIL",
    subject,
    content
  }
  const created = await send("communications/create", draft, { "idempotency-key": key })
  await send("communications/create", { ...draft, subject: "other" }, { "idempotency-key": key })
  const name = new URLSearchParams({ token, name: personal.last_name })
  await fetch(`${url}/crmapi/rest/v2/contact_information/list?${name}`)
  const complete = { token, communication_identifier: { number: created.data.number } }
  const completed = await send("communications/complete", complete, { traceparent: `00-${traceId}-${spanId}-01` })
  expect(completed.status.code).toBe("OK")
  expect((await send("communications/complete", complete)).status.code).toBe("NOT_DRAFT")
  expect((await send("communications/complete", { ...complete, token: freshId() })).status.code).toBe("INVALID_TOKEN")
  await process.stop()
  await receiver.close()

  const spans = receiver.spans()
  const trace = spans.filter((span) => span.traceId === traceId)
  const ancestors = (span: ReceivedSpan): ReadonlyArray<ReceivedSpan> => {
    const [parent] = trace.filter((other) => other.spanId === span.parentSpanId)
    return parent === undefined ? [] : [parent, ...ancestors(parent)]
  }
  const [root] = trace.filter(({ kind }) => kind === server)
  expect(root).toMatchObject({ name: "POST /crmapi/rest/v2/communications/complete", parentSpanId: spanId })
  expect(attributesOf(root?.attributes ?? [])).toMatchObject({
    "http.request.method": "POST",
    "http.route": "/crmapi/rest/v2/communications/complete",
    "http.response.status_code": 200
  })
  const databaseName = new URL(database).pathname.slice(1)
  const statements = trace.filter(({ kind }) => kind === client)
  expect(statements.map(({ name }) => name).sort()).toEqual([
    `Communications.take ${databaseName}`,
    `Sessions.authenticate ${databaseName}`
  ])
  for (const statement of statements) {
    const above = ancestors(statement)
    expect(above.at(-1)).toEqual(root)
    expect(above.map(({ name, kind }) => (kind === internal ? name : ""))).toContain("completeCommunication")
    expect(attributesOf(statement.attributes)).toMatchObject({
      "db.system.name": "postgresql",
      "db.namespace": databaseName,
      "db.operation.name": statement.name.split(" ")[0],
      "db.query.text": expect.stringContaining("$1")
    })
  }
  const lines = receiver.logRecords().filter((record) => record.traceId === traceId)
  expect(lines.map(({ body }) => body.stringValue)).toEqual([
    "POST /crmapi/rest/v2/communications/complete returned 200"
  ])
  expect(attributesOf(lines[0]?.attributes ?? [])).toMatchObject({ request_id: completed.id, status: 200 })
  expect(process.stdout).toContain(`"trace_id":"${traceId}"`)

  const [exported] = receiver.metrics()
  expect(attributesOf(exported?.resource.attributes ?? [])).toMatchObject({ "service.name": "crm" })
  const metrics = receiver.metrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
  expect(Object.fromEntries(metrics.map(({ name, unit }) => [name, unit]))).toMatchObject({
    communications_request_duration_seconds: "s",
    communications_refusals_total: "{request}",
    communications_build_info: "{process}"
  })

  const text = receiver.received.map(({ path, body }) => `${path} ${body}`).join("\n")
  expect(spans.length).toBeGreaterThan(50)
  for (const secret of [
    token,
    password,
    key,
    headerSecret,
    address,
    "Lighthouse",
    caller.organisation,
    ...Object.values(personal)
  ])
    expect([secret, text.toLowerCase().includes(secret.toLowerCase())]).toEqual([secret, false])
  for (const { headers } of receiver.received) expect(headers["x-api-key"]).toBe(headerSecret)
  expect(process.stdout + process.stderr).not.toContain(headerSecret)
}, 120_000)
