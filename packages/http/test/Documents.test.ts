import { gunzipSync } from "node:zlib"
import { layerMemory } from "@communications/core"
import { createHandler } from "@communications/http"
import { documentText, page, policyOf } from "@communications/http/document"
import { Effect } from "effect"
import { afterAll, afterEach, describe, expect, it, vi } from "vitest"
import { documentRoute } from "../src/Documents.ts"

/** Makes a route of a document, and a function that sends requests to it. */
const serving = (document: { readonly text: string; readonly policy?: string }) => {
  const load = vi.fn(async () => document)
  const route = documentRoute("text/plain", load)
  const get = (headers: Readonly<Record<string, string>> = {}) => {
    const request = { method: "GET", url: "/document", headers, body: new Uint8Array(), address: null }
    return Effect.runPromise(route({ request, path: "/document", id: "one", began: 0 }))
  }
  return { get, load }
}

const text = "Zoë completes a communication. ".repeat(100)

afterEach(() => void vi.unstubAllGlobals())

describe("a document", () => {
  it.each(["gzip", "br, GZIP;q=0.8", "deflate, *", "*;q=0.1", "gzip;q=1.0, identity;q=0"])(
    "is compressed for a client that accepts %s",
    async (accepted) => {
      const { status, headers, body } = await serving({ text }).get({ "accept-encoding": accepted })
      expect(status).toBe(200)
      expect(headers).toMatchObject({ "content-encoding": "gzip", "content-type": "text/plain" })
      if (!(body instanceof Uint8Array)) return expect.fail("it is not compressed")
      expect(body.byteLength).toBeLessThan(text.length / 2)
      expect(gunzipSync(body).toString()).toBe(text)
    }
  )

  it.each(["", "identity", "br", "gzip;q=0", "gzip;q=0.0, *", "*;q=0"])(
    "is not compressed for a client that accepts %j",
    async (accepted) => {
      const { status, headers, body } = await serving({ text }).get({ "accept-encoding": accepted })
      expect([status, headers["content-encoding"], headers["content-type"]]).toEqual([200, undefined, "text/plain"])
      expect(body).toBe(text)
    }
  )

  it("is not compressed in a runtime that cannot do it", async () => {
    vi.stubGlobal("CompressionStream", undefined)
    const { headers, body } = await serving({ text }).get({ "accept-encoding": "gzip" })
    expect(headers).not.toHaveProperty("content-encoding")
    expect(body).toBe(text)
  })

  it("is loaded once, on its first request", async () => {
    const { get, load } = serving({ text })
    expect(load).not.toHaveBeenCalled()
    await Promise.all([get(), get()])
    await get()
    expect(load).toHaveBeenCalledOnce()
  })

  it("is sent only once to a client that caches it, in whichever encoding", async () => {
    const { get } = serving({ text })
    const { etag = "" } = (await get()).headers
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/)
    const caching = { etag, "cache-control": "no-cache", vary: "accept-encoding", "x-request-id": "one" }
    expect((await get()).headers).toMatchObject(caching)
    for (const tags of [etag, etag.slice(2), `"x", ${etag}`, "*"]) {
      const { status, headers, body } = await get({ "if-none-match": tags, "accept-encoding": "gzip" })
      expect([status, body]).toEqual([304, null])
      expect(headers).toMatchObject(caching)
    }
    expect((await get({ "if-none-match": '"x"' })).status).toBe(200)
  })

  it("has another tag once its text differs", async () => {
    const [one, two] = await Promise.all(["1", "2"].map((text) => serving({ text }).get()))
    expect(one?.headers.etag).not.toBe(two?.headers.etag)
  })

  it("has the policy of the API, unless it has its own", async () => {
    const [{ headers }, own] = [await serving({ text }).get(), await serving({ text, policy: "img-src data:" }).get()]
    expect(headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(own.headers["content-security-policy"]).toBe("img-src data:")
  })
})

const handler = createHandler(layerMemory)
afterAll(handler.dispose)

const get = (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
  handler(new Request(`http://localhost${path}`, { method, headers }))

describe("the address of the server", () => {
  it.each(["GET", "HEAD"])("redirects %s to the documentation, also below the prefix of a proxy", async (method) => {
    const { status, headers } = await get("/?x=1", {}, method)
    expect(status).toBe(302)
    expect(new URL(headers.get("location") ?? "", "http://localhost/").pathname).toBe("/docs")
    expect(new URL(headers.get("location") ?? "", "http://localhost/crm/").pathname).toBe("/crm/docs")
  })
})

describe.each([
  ["/docs", "text/html; charset=utf-8", page],
  ["/openapi.json", "application/json", documentText]
] as const)("%s", (path, type, text) => {
  it("is served with its type, compressed or not", async () => {
    const whole = await text()
    const [plain, compressed] = [await get(path), await get(path, { "accept-encoding": "gzip" })]
    expect(await plain.text()).toBe(whole)
    const bytes = Buffer.from(await compressed.arrayBuffer())
    expect(gunzipSync(bytes).toString()).toBe(whole)
    expect(compressed.headers.get("content-length")).toBe(String(bytes.byteLength))
    for (const { headers } of [plain, compressed]) expect(headers.get("content-type")).toBe(type)
  })

  it("has the same headers for HEAD, and no body", async () => {
    const [whole, head] = await Promise.all(
      ["GET", "HEAD"].map((method) => get(path, { "accept-encoding": "gzip", "x-request-id": "one" }, method))
    )
    expect(head?.status).toBe(200)
    expect([...(head?.headers ?? [])]).toEqual([...(whole?.headers ?? [])])
    expect(await head?.text()).toBe("")
  })

  it.each(["GET", "HEAD"])("has neither a body nor a length for %s by a client that caches it", async (method) => {
    const again = await get(path, { "if-none-match": "*", "accept-encoding": "gzip" }, method)
    expect([again.status, again.headers.has("content-length"), await again.text()]).toEqual([304, false, ""])
  })
})

describe("/docs", () => {
  it("is sent with the policy of its own scripts and styles", async () => {
    expect((await get("/docs")).headers.get("content-security-policy")).toBe(await policyOf(await page()))
  })
})
