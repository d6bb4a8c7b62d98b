import { createHandler } from "@communications/http"
import { overFetch } from "@communications/test-support/adapterAgreement"
import { adapterPorts } from "@communications/test-support/adapterPorts"
import { adapterRequests } from "@communications/test-support/adapterRequests"
import { afterAll, describe, expect, it } from "vitest"

const handler = createHandler(adapterPorts)
afterAll(handler.dispose)
const exchange = overFetch(handler)

const secure = {
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
}

describe("every response has the headers that protect its data:", () => {
  it.each(adapterRequests.filter(({ method }) => method !== "CONNECT"))("$title", async (request) => {
    const { headers } = await exchange(request)
    expect(headers).toMatchObject(secure)
    const isDocument = headers.etag !== undefined && String(headers.etag).startsWith("W/")
    expect(headers["cache-control"]).toBe(isDocument ? "no-cache" : "no-store")
    expect(headers["content-security-policy"]).toMatch(/default-src 'none';.* frame-ancestors 'none'$/)
  })
})
