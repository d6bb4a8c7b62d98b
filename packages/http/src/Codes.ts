/** Every failure of the API: its code, its HTTP status and its message. */
const table = {
  INVALID_PARAMETERS: [400, "A parameter is missing or wrong."],
  AMBIGUOUS_IDENTIFIER: [400, "Exactly one of id and number must be given."],
  INVALID_TOKEN: [401, "The token is not valid."],
  INVALID_CREDENTIALS: [401, "The organisation, the username or the password is wrong."],
  COMMUNICATION_NOT_FOUND: [404, "There is no such communication."],
  CONTACT_INFORMATION_NOT_FOUND: [404, "There is no such contact information."],
  NOT_FOUND: [404, "There is nothing at this URL."],
  METHOD_NOT_ALLOWED: [405, "This URL does not support this method."],
  NOT_DRAFT: [409, "The communication is not a draft."],
  PAYLOAD_TOO_LARGE: [413, "The body is larger than 16 KiB."],
  UNSUPPORTED_MEDIA_TYPE: [415, "The body must be application/json."],
  TOO_MANY_ATTEMPTS: [429, "Too many attempts to log in failed."],
  INTERNAL_ERROR: [500, "Something went wrong on our side."],
  UNAVAILABLE: [503, "The service is unavailable for the moment."]
} as const satisfies Record<string, readonly [status: number, message: string]>

/** The code of a failure. */
export type Code = keyof typeof table

/** Whether a word is the code of a failure. */
export const isCode = (word: string): word is Code => Object.hasOwn(table, word)

/** The body of a failure: `message` is constant per code, `description` says what was wrong with this request. */
export interface Failure<C extends Code> {
  readonly status: { readonly code: C; readonly message: string; readonly description: string }
  readonly data: null
}

/** A failure of that code. */
export const failure = <const C extends Code>(code: C, description: string): Failure<C> => ({
  status: { code, message: table[code][1], description },
  data: null
})

/** The HTTP status of a code. */
export const statusOf = (code: Code): number => table[code][0]

/** The constant message of a code. */
export const messageOf = (code: Code): string => table[code][1]

/** Every code. */
export const allCodes: ReadonlyArray<Code> = Object.keys(table).filter(isCode)
