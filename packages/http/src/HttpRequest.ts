/** A request and its response as plain data, which every HTTP adapter converts from and to its own types. */
import type { Code } from "./Codes.ts"

/** A request body, or the limit in bytes that it exceeds. */
export type RequestBody = Uint8Array | { readonly largerThan: number }

/** A request, as an HTTP adapter passes it to the API. */
export interface HttpRequest {
  readonly method: string
  /** The path and the query, as the client sent them. */
  readonly url: string
  /** The headers by name, in lower case. If it can, the adapter joins repeated `idempotency-key` with line breaks. */
  readonly headers: { readonly [name: string]: string | undefined }
  /** The HTTP adapter reads at most `bodyLimit` of it. */
  readonly body: RequestBody
  /** The network address of the peer, or `null` if it is unknown. */
  readonly address: string | null
}

/** A response, as an HTTP adapter sends it to the client. */
export interface HttpResponse {
  readonly status: number
  /** The code in the envelope; `OK` for a document. */
  readonly code: Code | "OK"
  readonly headers: Readonly<Record<string, string>>
  /** Bytes if the body is compressed; `null` if the status allows no body and no `Content-Length`. */
  readonly body: string | Uint8Array<ArrayBuffer> | null
}

/** A response with text as its body. */
export type TextResponse = HttpResponse & { readonly body: string }
