/** A request and its response, as plain data: the same for every host. */

/** A request. */
export interface HttpRequest {
  readonly method: string
  /** The path and the query, as they were sent. */
  readonly url: string
  /** By their names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  /** The body; `undefined` where it is larger than `largestBody`. */
  readonly body: Uint8Array | undefined
  /** The network address of the peer, where it is known. */
  readonly address: string | null
}

/** The response to a request. */
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
