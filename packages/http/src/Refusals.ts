/** The code of each expected failure over HTTP, and its description: one entry per error. */
import type { InvalidRequest, Operations, UnknownFields } from "@communications/core"
import { type Code, type Failure, failure } from "./Codes.ts"

/** Any expected failure of an operation. */
export type OperationError = InvalidRequest | UnknownFields | InstanceType<Operations["errors"][number]>

/** The code that stands for each error. */
export const codeOfError = {
  InvalidRequest: "INVALID_PARAMETERS",
  UnknownFields: "INVALID_PARAMETERS",
  InvalidQuery: "INVALID_PARAMETERS",
  InvalidToken: "INVALID_TOKEN",
  InvalidCredentials: "INVALID_CREDENTIALS",
  TooManyAttempts: "TOO_MANY_ATTEMPTS",
  AmbiguousIdentifier: "AMBIGUOUS_IDENTIFIER",
  CommunicationNotFound: "COMMUNICATION_NOT_FOUND",
  ContactInformationNotFound: "CONTACT_INFORMATION_NOT_FOUND",
  NotDraft: "NOT_DRAFT",
  StorageUnavailable: "UNAVAILABLE"
} as const satisfies Record<OperationError["_tag"], Code>

/** Descriptions of errors whose own message says too little to a client, or too much. */
const descriptions: { readonly [Tag in OperationError["_tag"]]?: string } = {
  InvalidToken: "log in, and send the token that you are given",
  InvalidCredentials: "check all three of them",
  StorageUnavailable: "try again soon"
}

/** The headers that some codes are sent with. */
const headers: { readonly [C in Code]?: Readonly<Record<string, string>> } = {
  INVALID_TOKEN: { "www-authenticate": 'Bearer error="invalid_token"' },
  PAYLOAD_TOO_LARGE: { connection: "close" },
  UNAVAILABLE: { "retry-after": "1" }
}

/** The headers that a code is sent with. */
export const headersOf = (code: Code): Readonly<Record<string, string>> => headers[code] ?? {}

/** The failure that stands for an error, and the headers that it is sent with. */
export const refusalOf = (
  error: OperationError
): { readonly failure: Failure<Code>; readonly headers: Readonly<Record<string, string>> } => {
  const code = codeOfError[error._tag]
  const message = error._tag === "UnknownFields" ? `fields_set: ${error.message}` : error.message
  return {
    failure: failure(code, descriptions[error._tag] ?? message),
    headers: error._tag === "TooManyAttempts" ? { "retry-after": String(error.retry_after) } : headersOf(code)
  }
}
