import { createHandler } from "@communications/http"
import { adapterPorts, adapterToken } from "@communications/test-support/adapterPorts"
import { recordingTracer } from "@communications/test-support/recordingTracer"
import { Exit, Layer, Option, Tracer } from "effect"
import { describe, expect, it } from "vitest"

const base = "http://localhost/crmapi/rest/v2"

/** Sends a request and returns its span and all spans below it. */
const traced = async (url: string, { method = "GET", headers, body }: RequestInit = {}) => {
  const { spans, tracer } = recordingTracer()
  const handler = createHandler(Layer.merge(adapterPorts, Layer.succeed(Tracer.Tracer, tracer)))
  await handler(new Request(url, { method, headers: headers ?? {}, body: body ?? null }))
  await handler.dispose()
  const [span] = spans.filter(({ kind }) => kind === "server")
  if (span === undefined) throw new Error("no span")
  return { ...{ name: span.name, attributes: Object.fromEntries(span.attributes), span }, spans }
}

describe("the span of a request", () => {
  it("has the verb and the route as its name, and the path and the status as attributes", async () => {
    const { name, attributes } = await traced(`${base}/communications/show/?token=${adapterToken}`)
    const route = "/crmapi/rest/v2/communications/show"
    expect(name).toBe(`GET ${route}`)
    expect(attributes).toEqual({
      "http.request.method": "GET",
      "http.route": route,
      "url.path": `${route}/`,
      "http.response.status_code": 400,
      "error.type": "INVALID_PARAMETERS"
    })
  })

  it("ends with an error only if the server failed, and names the code of a refusal", async () => {
    const complete = async (number: string) => {
      const body = JSON.stringify({ token: adapterToken, communication_identifier: { number } })
      const headers = { "content-type": "application/json" }
      const { span, attributes } = await traced(`${base}/communications/complete`, { method: "POST", headers, body })
      return [attributes["error.type"], span.status._tag === "Ended" && Exit.isFailure(span.status.exit)]
    }
    expect(await complete("42")).toEqual([undefined, false])
    expect(await complete("none")).toEqual(["COMMUNICATION_NOT_FOUND", false])
    expect(await complete("defect")).toEqual(["INTERNAL_ERROR", true])
    expect(await complete("unavailable")).toEqual(["UNAVAILABLE", true])
  })

  it("never takes its name from the client", async () => {
    for (const [url, method, name] of [
      [`${base}/nothing/${adapterToken}`, "GET", "GET"],
      [`${base}/communications/complete%3F`, "PUT", "PUT"],
      [`${base}/communications/complete`, "PUT", "PUT /crmapi/rest/v2/communications/complete"],
      [`${base}/nothing`, "MADEUP", "_OTHER"],
      [`${base}/communications/complete`, "MADEUP", "_OTHER /crmapi/rest/v2/communications/complete"]
    ] as const) {
      expect((await traced(url, { method })).name).toBe(name)
    }
  })

  it("contains no token from the query", async () => {
    const { spans } = await traced(`${base}/communications/list?token=${adapterToken}&life_cycle_state=DRAFT`)
    expect(spans.length).toBeGreaterThan(1)
    for (const { name, attributes } of spans) {
      expect(JSON.stringify([name, ...attributes])).not.toContain(adapterToken)
    }
  })

  it("continues the trace of the client", async () => {
    const [traceId, spanId] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"]
    for (const headers of [{ traceparent: `00-${traceId}-${spanId}-01` }, { b3: `${traceId}-${spanId}-1` }]) {
      const { span, spans } = await traced(`${base}/communications/list?token=${adapterToken}`, { headers })
      expect(Option.getOrThrow(span.parent).spanId).toBe(spanId)
      for (const { traceId: id } of spans) expect(id).toBe(traceId)
    }
    const { span } = await traced(`${base}/nothing`, { headers: { traceparent: "00-x-y-01" } })
    expect(span.parent).toEqual(Option.none())
  })
})
