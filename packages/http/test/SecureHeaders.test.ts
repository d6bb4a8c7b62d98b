import { createHandler } from "@communications/http"
import { pagePolicy } from "@communications/http/document"
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

describe("the policy of the page", () => {
  it("allows its own scripts and styles by hash, and nothing inline or evaluated", async () => {
    const policy = await pagePolicy()
    expect(policy).toMatch(/script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}';/)
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
  })
})
