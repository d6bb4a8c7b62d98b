/** Requests and responses of every peer, as the API documents them. */

/** Contact information in a response; the columns of the table have the same names. */
export interface Contact {
  readonly id: string
  readonly type: string
  readonly life_cycle_state: string
  readonly name: string
  readonly first_name: string | null
  readonly middle_name: string | null
  readonly last_name: string | null
  readonly title: string | null
  readonly company_name: string | null
  readonly demographics: unknown
  readonly company_profile: unknown
}

/** A valid request. `key` is the column that identifies the communication, `value` its value. */
export interface CompleteRequest {
  readonly token: string
  readonly key: "id" | "number"
  readonly value: string
}

const failures = {
  INVALID_PARAMETERS: [400, "A parameter is missing or wrong."],
  AMBIGUOUS_IDENTIFIER: [400, "Exactly one of id and number must be given."],
  INVALID_TOKEN: [401, "The token is not valid."],
  COMMUNICATION_NOT_FOUND: [404, "There is no such communication."],
  NOT_DRAFT: [409, "The communication is not a draft."],
  INTERNAL_ERROR: [500, "Something went wrong on our side."]
} as const

/** The code of a refusal. */
export type Code = keyof typeof failures

/** The HTTP status and the body of a response. */
export interface PeerResponse {
  readonly http: 200 | (typeof failures)[Code][0]
  readonly body: { readonly status: object; readonly data: unknown }
}

/** The response to a refused request. */
export const refusal = (code: Code): PeerResponse => {
  const [http, message] = failures[code]
  return { http, body: { status: { code, message, description: message }, data: null } }
}

/** The path of the measured method. */
export const path = "/crmapi/rest/v2/communications/complete"

/** Formats an id as the API does. */
export const hex = (uuid: string): string => uuid.replaceAll("-", "").toUpperCase()

/** The response with a completed communication. */
export const completed = (
  communication: {
    readonly id: string
    readonly number: string
    readonly subject: string | null
    readonly viewed_on: Date | null
  },
  contact: Contact
): PeerResponse => ({
  http: 200,
  body: {
    status: { code: "OK", message: null, description: null },
    data: {
      id: hex(communication.id),
      number: communication.number,
      life_cycle_state: "COMPLETED",
      subject: communication.subject,
      viewed: communication.viewed_on !== null,
      viewed_on: communication.viewed_on?.toISOString().slice(0, 19) ?? null,
      contact_information: {
        id: hex(contact.id),
        type: contact.type,
        life_cycle_state: contact.life_cycle_state,
        name: contact.name,
        first_name: contact.first_name,
        middle_name: contact.middle_name,
        last_name: contact.last_name,
        title: contact.title,
        company_name: contact.company_name,
        demographics: contact.demographics,
        company_profile: contact.company_profile
      }
    }
  }
})

const isText = (value: unknown): value is string => typeof value === "string"

/** The identifier in a body, if it is an object. */
const identifierIn = (body: object): Record<string, unknown> | undefined => {
  const identifier: unknown = "communication_identifier" in body ? body.communication_identifier : undefined
  return typeof identifier === "object" && identifier !== null ? { ...identifier } : undefined
}

/** Parses the body of a request; returns the code of the refusal if it is invalid. */
export const parseRequest = (body: unknown): CompleteRequest | Code => {
  if (typeof body !== "object" || body === null) return "INVALID_PARAMETERS"
  const identifier = identifierIn(body)
  if (identifier === undefined) return "INVALID_PARAMETERS"
  const { id, number } = identifier
  if ([id, number].some((value) => (value ?? null) !== null && !isText(value))) return "INVALID_PARAMETERS"
  if (!("token" in body) || !isText(body.token)) return "INVALID_TOKEN"
  if (isText(id) === isText(number)) return "AMBIGUOUS_IDENTIFIER"
  if (isText(number)) return { token: body.token, key: "number", value: number }
  return isText(id) && /^[0-9a-f]{32}$/i.test(id)
    ? { token: body.token, key: "id", value: id }
    : "COMMUNICATION_NOT_FOUND"
}
