import { AllowedOrigins, createHandler } from "@communications/http"
import { adapterPorts, adapterToken } from "@communications/test-support/adapterPorts"
import { Layer } from "effect"
import { afterEach, describe, expect, it } from "vitest"

const handlers: Array<ReturnType<typeof createHandler>> = []
afterEach(async () => {
  for (const handler of handlers.splice(0)) await handler.dispose()
})

const withOrigins = (...origins: ReadonlyArray<string>) => {
  const allowing = Layer.merge(adapterPorts, Layer.succeed(AllowedOrigins, origins))
  const handler = createHandler(origins.length === 0 ? adapterPorts : allowing)
  handlers.push(handler)
  return (method: string, path: string, headers: Readonly<Record<string, string>>, body: string | null = null) =>
    handler(new Request(`http://localhost${path}`, { method, headers: { "x-request-id": "one", ...headers }, body }))
}

const origin = "https://crm.example.com"
const path = "/crmapi/rest/v2/communications/complete"
const json = { "content-type": "application/json" }
const completing = JSON.stringify({ token: adapterToken, communication_identifier: { number: "41" } })
const preflight = { "access-control-request-method": "POST", "access-control-request-headers": "authorization" }
const namesOf = (header: string | null) => (header ?? "").toLowerCase().split(", ")
const corsHeaders = ({ headers }: Response) => [...headers].filter(([name]) => /^(access-control-|vary$)/.test(name))

describe("CORS", () => {
  it("lets a page of an allowed origin read successes and errors", async () => {
    const send = withOrigins("https://other.example.com", origin)
    for (const [sent, status] of [
      [["POST", path, { ...json, origin }, completing], 200],
      [["POST", path, { ...json, origin }, completing], 409],
      [["POST", path, { ...json, origin }, "x".repeat(20_000)], 413],
      [["GET", "/nowhere", { origin }], 404],
      [["GET", path, { origin }], 405]
    ] as const) {
      const [method, path, headers, body = null] = sent
      const response = await send(method, path, headers, body)
      expect(response.status).toBe(status)
      expect(response.headers.get("access-control-allow-origin")).toBe(origin)
      expect(namesOf(response.headers.get("vary"))).toContain("origin")
      expect(namesOf(response.headers.get("access-control-expose-headers"))).toEqual(
        expect.arrayContaining(["etag", "idempotency-replayed", "retry-after", "x-next-after", "x-request-id"])
      )
      expect(response.headers.has("access-control-allow-credentials")).toBe(false)
    }
  })

  it("permits in advance the methods and headers of the API", async () => {
    const response = await withOrigins(origin)("OPTIONS", path, { origin, ...preflight })
    expect(response.status).toBe(200)
    expect(response.headers.get("access-control-allow-origin")).toBe(origin)
    expect(namesOf(response.headers.get("access-control-allow-methods"))).toEqual(["get", "head", "post"])
    for (const name of ["authorization", "content-type", "idempotency-key", "if-match"]) {
      expect(namesOf(response.headers.get("access-control-allow-headers"))).toContain(name)
    }
    expect(response.headers.get("x-request-id")).toBe("one")
  })

  it("permits nothing in advance unless the request is a preflight: OPTIONS, and a method that the page wants", async () => {
    const send = withOrigins(origin)
    const completed = await send("POST", path, { ...json, origin, ...preflight }, completing)
    expect([completed.status, completed.headers.has("access-control-allow-methods")]).toEqual([200, false])
    const plain = await send("OPTIONS", path, { origin })
    expect([plain.status, plain.headers.has("access-control-allow-methods")]).toEqual([405, false])
    expect((await send("OPTIONS", path, preflight)).status).toBe(405)
  })

  it("says nothing to a page of another origin, except that the response depends on the origin", async () => {
    const send = withOrigins(origin)
    for (const other of [
      "https://crm.example.com.evil",
      "https://crm.example.com:8443",
      "http://crm.example.com",
      "null"
    ]) {
      const response = await send("OPTIONS", path, { origin: other, ...preflight })
      expect(response.status).toBe(405)
      expect(corsHeaders(response)).toEqual([["vary", "origin"]])
    }
    expect(corsHeaders(await send("GET", "/health/live", {}))).toEqual([["vary", "origin"]])
    expect((await send("GET", "/docs", { origin })).headers.get("vary")).toBe("accept-encoding, origin")
  })

  it("allows every origin with *, also in a response to none, which a cache may have for one", async () => {
    const send = withOrigins("*")
    for (const headers of [{ origin }, {}]) {
      const response = await send("GET", "/health/live", headers)
      expect(response.headers.get("access-control-allow-origin")).toBe("*")
      expect(response.headers.has("vary")).toBe(false)
    }
  })

  it("adds nothing if no origin is allowed, which is the default", async () => {
    expect(AllowedOrigins.defaultValue()).toEqual([])
    const send = withOrigins()
    const response = await send("OPTIONS", path, { origin, ...preflight })
    expect(response.status).toBe(405)
    expect(corsHeaders(response)).toEqual([])
    const [cross, same] = [await send("POST", path, { ...json, origin }, "{}"), await send("POST", path, json, "{}")]
    expect([...cross.headers]).toEqual([...same.headers])
  })
})
