/** Maps each refusal of the domain to its code, description and headers over HTTP. */
import type { InvalidRequest, Operations, UnknownFields } from "@communications/core"
import { type Code, type Failure, failure } from "./Codes.ts"
import { responseHeaders, writeHeaders } from "./Headers.ts"

/** Any refusal of an operation. */
export type OperationError = InvalidRequest | UnknownFields | InstanceType<Operations["errors"][number]>

/** The code of each error class of the library. */
export const codeOfError = {
  InvalidRequest: "INVALID_PARAMETERS",
  UnknownFields: "INVALID_PARAMETERS",
  InvalidQuery: "INVALID_PARAMETERS",
  InvalidToken: "INVALID_TOKEN",
  InvalidCredentials: "INVALID_CREDENTIALS",
  TooManyAttempts: "TOO_MANY_ATTEMPTS",
  IdempotencyKeyReused: "IDEMPOTENCY_KEY_REUSED",
  AmbiguousIdentifier: "AMBIGUOUS_IDENTIFIER",
  CommunicationNotFound: "COMMUNICATION_NOT_FOUND",
  ContactInformationNotFound: "CONTACT_INFORMATION_NOT_FOUND",
  StaleVersion: "STALE_VERSION",
  NotDraft: "NOT_DRAFT",
  StorageUnavailable: "UNAVAILABLE"
} as const satisfies Record<OperationError["_tag"], Code>

/** Descriptions for errors whose own message does not help a client, or reveals too much. */
const descriptions: { readonly [Tag in OperationError["_tag"]]?: string } = {
  InvalidToken: "log in, and send the token from the response",
  InvalidCredentials: "check the organisation, the username and the password",
  StorageUnavailable: "try again in a second"
}

const headers: { readonly [C in Code]?: Readonly<Record<string, string>> } = {
  INVALID_TOKEN: { "www-authenticate": 'Bearer error="invalid_token"' },
  PAYLOAD_TOO_LARGE: { connection: "close" },
  UNAVAILABLE: { "retry-after": "1" }
}

/** The headers to send with a code. */
export const headersOf = (code: Code): Readonly<Record<string, string>> => headers[code] ?? {}

/** The response body for an error, and the headers to send with it. */
export const refusalOf = (
  error: OperationError
): { readonly failure: Failure<Code>; readonly headers: Readonly<Record<string, string>> } => {
  const code = codeOfError[error._tag]
  switch (error._tag) {
    case "UnknownFields":
      return { failure: failure(code, `fields_set: ${error.message}`), headers: {} }
    case "TooManyAttempts":
      return { failure: failure(code, error.message), headers: { "retry-after": String(error.retry_after) } }
    case "StaleVersion":
      return { failure: failure(code, error.message), headers: writeHeaders(responseHeaders, error) }
    case "NotDraft": {
      const { life_cycle_state, completed_at, completed_by, request_id } = error
      const details = { life_cycle_state, completed_at, completed_by, request_id }
      return { failure: failure("NOT_DRAFT", error.message, details), headers: {} }
    }
    default:
      return { failure: failure(code, descriptions[error._tag] ?? error.message), headers: headersOf(code) }
  }
}
