import type { Code } from "../Codes.ts"

/** What a request to the API failed with. */
export interface Told {
  readonly code: Code | "NETWORK" | "UNEXPECTED_ANSWER"
  readonly description: string
  readonly status?: number | null
  readonly requestId?: string | null
  readonly retryAfter?: number | null
  readonly cause?: unknown
}

/**
 * A request that failed. `code` is what the API told, `NETWORK` where no answer arrived, or `UNEXPECTED_ANSWER` where
 * something else than the API answered, such as a proxy. What is not known is `null`; `retryAfter` is in seconds.
 */
export class CommunicationsError extends Error {
  override readonly name = "CommunicationsError"
  readonly code: Told["code"]
  readonly description: string
  readonly status: number | null
  readonly requestId: string | null
  readonly retryAfter: number | null

  constructor({ code, description, status = null, requestId = null, retryAfter = null, cause }: Told) {
    super(`${code}: ${description}`, { cause })
    this.code = code
    this.description = description
    this.status = status
    this.requestId = requestId
    this.retryAfter = retryAfter
  }
}
