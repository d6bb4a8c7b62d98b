import type { LifeCycleState } from "@communications/core"

/** Every failure of the API: its code, its HTTP status and its message. */
const table = {
  INVALID_PARAMETERS: [400, "A parameter is missing or wrong."],
  AMBIGUOUS_IDENTIFIER: [400, "Exactly one of id and number must be given."],
  INVALID_TOKEN: [401, "The token is not valid."],
  INVALID_CREDENTIALS: [401, "The organisation, the username or the password is wrong."],
  COMMUNICATION_NOT_FOUND: [404, "There is no such communication."],
  CONTACT_INFORMATION_NOT_FOUND: [404, "There is no such contact information."],
  NOT_FOUND: [404, "This URL does not exist."],
  METHOD_NOT_ALLOWED: [405, "This URL does not support this method."],
  NOT_DRAFT: [409, "The communication is not a draft."],
  STALE_VERSION: [412, "The communication has another version."],
  PAYLOAD_TOO_LARGE: [413, "The body is too large."],
  UNSUPPORTED_MEDIA_TYPE: [415, "The body must be application/json."],
  IDEMPOTENCY_KEY_REUSED: [422, "The idempotency key was used for another request."],
  TOO_MANY_ATTEMPTS: [429, "Too many failed attempts to log in."],
  INTERNAL_ERROR: [500, "Something went wrong on our side."],
  UNAVAILABLE: [503, "The service is temporarily unavailable."]
} as const satisfies Record<string, readonly [status: number, message: string]>

/** The code of a failure, as the API and its clients use it. */
export type Code = keyof typeof table

/** Whether a string is the code of a failure. */
export const isCode = (word: string): word is Code => Object.hasOwn(table, word)

/** The data of the failures that have more of it than their description. */
export interface Details {
  readonly NOT_DRAFT: {
    readonly life_cycle_state: LifeCycleState
    readonly completed_at: string | null
    readonly completed_by: string | null
    readonly request_id: string | null
  }
}

/** The details of a code; `undefined` if it has none. */
export type DetailsOf<C extends Code> = C extends keyof Details ? Details[C] : undefined

/** The body of a failure. `message` is constant for each code; `description` explains the error in this request. */
export interface Failure<C extends Code> {
  readonly status: { readonly code: C; readonly message: string; readonly description: string }
  readonly data: null
  readonly details?: DetailsOf<C>
}

/** Makes the body of a failure. */
export const failure = <const C extends Code>(
  code: C,
  description: string,
  details?: NonNullable<DetailsOf<C>>
): Failure<C> => ({
  status: { code, message: table[code][1], description },
  data: null,
  ...(details === undefined ? {} : { details })
})

/** The HTTP status that a code is sent with. */
export const statusOf = (code: Code): number => table[code][0]

/** The constant message of a code. */
export const messageOf = (code: Code): string => table[code][1]

/** Every code of the API, in the order of the documentation. */
export const allCodes: ReadonlyArray<Code> = Object.keys(table).filter(isCode)
