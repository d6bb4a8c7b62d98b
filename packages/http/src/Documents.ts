/** Serves the OpenAPI document and its page, compressed. Clients keep them, and ask each time whether they are current. */
import { Effect } from "effect"
import type { HttpResponse } from "./HttpRequest.ts"
import type { Served } from "./RequestLog.ts"
import { secureHeaders } from "./SecureHeaders.ts"

/** A document as it is made. */
interface Document {
  readonly text: string
  /** The `Content-Security-Policy`, if the document needs other than that of the API. */
  readonly policy?: string
}

/** A document as it is sent. */
interface Prepared extends Document {
  /** `undefined` if this runtime cannot compress. */
  readonly gzip: Uint8Array<ArrayBuffer> | undefined
  readonly etag: string
}

const gzip = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  if (typeof CompressionStream === "undefined") return undefined
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))
  return new Uint8Array(await new Response(compressed).arrayBuffer())
}

const prepare = async (document: Document): Promise<Prepared> => {
  const { text } = document
  const bytes = new TextEncoder().encode(text)
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
  const tag = Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("")
  return { ...document, gzip: await gzip(bytes), etag: `W/"${tag}"` }
}

/** Whether an `Accept-Encoding` allows gzip. Source: RFC 9110, 12.5.3. */
const acceptsGzip = (acceptEncoding = ""): boolean => {
  const weights = new Map<string, number>()
  for (const entry of acceptEncoding.toLowerCase().split(",")) {
    const [coding = "", weight = "q=1"] = entry.split(";").map((part) => part.trim())
    weights.set(coding, Number(weight.slice(2)))
  }
  return (weights.get("gzip") ?? weights.get("*") ?? 0) > 0
}

/** Whether the client already has the document, by its weak tag. Source: RFC 9110, 13.1.2. */
const isCurrent = (etag: string, ifNoneMatch = ""): boolean =>
  ifNoneMatch.split(",").some((tag) => ["*", etag, etag.slice(2)].includes(tag.trim()))

/** A route that serves a document. It is made on the first request, because most servers never serve it. */
export const documentRoute = (type: string, load: () => Promise<Document>) => {
  let prepared: Promise<Prepared> | undefined
  return ({ request: { headers }, id }: Served): Effect.Effect<HttpResponse> =>
    Effect.promise(async () => {
      prepared ??= load().then(prepare)
      const { text, policy, gzip, etag } = await prepared
      const caching = {
        ...{ "x-request-id": id, ...secureHeaders, etag, "cache-control": "no-cache", vary: "accept-encoding" },
        ...(policy === undefined ? {} : { "content-security-policy": policy })
      }
      if (isCurrent(etag, headers["if-none-match"])) return { status: 304, code: "OK", headers: caching, body: null }
      const described = { ...caching, "content-type": type }
      return gzip !== undefined && acceptsGzip(headers["accept-encoding"])
        ? { status: 200, code: "OK", headers: { ...described, "content-encoding": "gzip" }, body: gzip }
        : { status: 200, code: "OK", headers: described, body: text }
    })
}

const documents = () => import("./document/index.ts")

/** The route of the OpenAPI document. */
export const document = documentRoute("application/json", async () => ({
  text: await (await documents()).documentText()
}))

/** The route of the page that renders the OpenAPI document. */
export const page = documentRoute("text/html; charset=utf-8", async () => {
  const { page, policyOf } = await documents()
  const text = await page()
  return { text, policy: await policyOf(text) }
})
