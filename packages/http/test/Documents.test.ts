import { gunzipSync } from "node:zlib"
import { layerMemory } from "@communications/core"
import { createHandler } from "@communications/http"
import { documentText, page } from "@communications/http/document"
import { afterAll, describe, expect, it } from "vitest"

const handler = createHandler(layerMemory)
afterAll(handler.dispose)

const get = (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
  handler(new Request(`http://localhost${path}`, { method, headers }))

describe("the address of the server", () => {
  it.each(["GET", "HEAD"])("redirects %s to the documentation", async (method) => {
    const { status, headers } = await get("/?x=1", {}, method)
    expect(status).toBe(302)
    expect(new URL(headers.get("location") ?? "", "http://localhost/").pathname).toBe("/docs")
  })
})

describe.each([
  ["/docs", "text/html; charset=utf-8", page],
  ["/openapi.json", "application/json", documentText]
] as const)("%s", (path, type, text) => {
  it.each(["gzip", "br, GZIP;q=0.8", "deflate, *", "*;q=0.1", "gzip;q=1.0, identity;q=0"])(
    "is compressed for a client that accepts %s",
    async (accepted) => {
      const response = await get(path, { "accept-encoding": accepted })
      expect(response.headers.get("content-encoding")).toBe("gzip")
      expect(response.headers.get("content-type")).toBe(type)
      const compressed = Buffer.from(await response.arrayBuffer())
      expect(response.headers.get("content-length")).toBe(String(compressed.byteLength))
      const whole = await text()
      expect(compressed.byteLength).toBeLessThan(whole.length / 2)
      expect(gunzipSync(compressed).toString()).toBe(whole)
    }
  )

  it.each(["", "identity", "br", "gzip;q=0", "gzip;q=0.0, *", "*;q=0"])(
    "is not compressed for a client that accepts %j",
    async (accepted) => {
      const response = await get(path, { "accept-encoding": accepted })
      expect(response.headers.has("content-encoding")).toBe(false)
      expect(await response.text()).toBe(await text())
    }
  )

  it("is sent only once to a client that caches it, in whichever encoding", async () => {
    const first = await get(path)
    const etag = first.headers.get("etag") ?? ""
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/)
    const caching = { etag, "cache-control": "no-cache", vary: "accept-encoding" }
    expect(Object.fromEntries(first.headers)).toMatchObject(caching)
    for (const tags of [etag, etag.slice(2), `"x", ${etag}`, "*"]) {
      for (const method of ["GET", "HEAD"]) {
        const again = await get(path, { "if-none-match": tags, "accept-encoding": "gzip" }, method)
        expect(again.status).toBe(304)
        expect(Object.fromEntries(again.headers)).toMatchObject(caching)
        expect(again.headers.has("content-length")).toBe(false)
        expect(await again.text()).toBe("")
      }
    }
    expect((await get(path, { "if-none-match": '"x"' })).status).toBe(200)
  })

  it("has the same headers for HEAD, and no body", async () => {
    const [whole, head] = await Promise.all(
      ["GET", "HEAD"].map((method) => get(path, { "accept-encoding": "gzip", "x-request-id": "one" }, method))
    )
    expect(head?.status).toBe(200)
    expect([...(head?.headers ?? [])]).toEqual([...(whole?.headers ?? [])])
    expect(await head?.text()).toBe("")
  })
})
