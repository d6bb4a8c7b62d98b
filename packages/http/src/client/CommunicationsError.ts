import type { Code, Details } from "../Codes.ts"

/** The details of a failed request. */
export interface ErrorDetails {
  readonly code: Code | "NETWORK" | "UNEXPECTED_RESPONSE"
  readonly description: string
  readonly status?: number | null
  readonly requestId?: string | null
  readonly retryAfter?: number | null
  readonly details?: Details[keyof Details] | null
  readonly cause?: unknown
}

/**
 * A request that failed. `code` is the API's code, `NETWORK` if no response arrived, or `UNEXPECTED_RESPONSE` if the
 * response is not from the API, but for example from a proxy. `retryAfter` is in seconds. `details` of `NOT_DRAFT` say
 * when, by which user and in which request the communication was completed. Unknown values are `null`.
 */
export class CommunicationsError extends Error {
  override readonly name = "CommunicationsError"
  readonly code: ErrorDetails["code"]
  readonly description: string
  readonly status: number | null
  readonly requestId: string | null
  readonly retryAfter: number | null
  readonly details: Details[keyof Details] | null

  constructor({
    code,
    description,
    status = null,
    requestId = null,
    retryAfter = null,
    details = null,
    cause
  }: ErrorDetails) {
    super(`${code}: ${description}`, { cause })
    this.code = code
    this.description = description
    this.status = status
    this.requestId = requestId
    this.retryAfter = retryAfter
    this.details = details
  }
}
