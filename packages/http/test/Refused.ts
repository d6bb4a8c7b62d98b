import { assert } from "@effect/vitest"
import type { Received } from "./Client.ts"
import { at, codeOf } from "./Operations.ts"

/** The status and code of common refusals. */
export const SHAPE = [400, "INVALID_PARAMETERS"] as const
export const TOKEN = [401, "INVALID_TOKEN"] as const
export const AMBIGUOUS = [400, "AMBIGUOUS_IDENTIFIER"] as const
export const COMMUNICATION = [404, "COMMUNICATION_NOT_FOUND"] as const
export const NOT_DRAFT = [409, "NOT_DRAFT"] as const
export const STALE_VERSION = [412, "STALE_VERSION"] as const
export const CONTACT = [404, "CONTACT_INFORMATION_NOT_FOUND"] as const
type Expected = readonly [status: number, code: string]

/** Fails the test unless the response is this refusal and its description matches `about`. Returns its message. */
export const refused = (response: Received, expected: Expected, about = /./): string => {
  const { json, text, headers } = response
  assert.deepStrictEqual(codeOf(response), [...expected], text)
  assert.deepStrictEqual(Object.keys(Object(json)), [
    ...["status", "data", ...(expected === NOT_DRAFT ? ["details"] : [])]
  ])
  assert.deepStrictEqual(Object.keys(Object(at(json, "status"))), ["code", "message", "description"])
  assert.isNull(at(json, "data"))
  const message = String(at(json, "status", "message"))
  assert.match(message, /^[A-Z].*\.$/)
  const description = at(json, "status", "description")
  assert.isString(description)
  assert.match(String(description), about)
  assert.match(String(headers["x-request-id"]), /^[A-Za-z0-9._-]{1,128}$/)
  assert.strictEqual(headers["content-type"], "application/json")
  assert.strictEqual(headers["www-authenticate"], expected === TOKEN ? 'Bearer error="invalid_token"' : undefined)
  return message
}

/** A value for requests. No response may repeat it. */
export const secret = "5EC4E7"

/** Fails the test unless the response is a 400 with exactly this description, and does not contain the secret. */
export const assertDescription = ({ status, text }: Received, description: string): void => {
  assert.include(text, `"description":${JSON.stringify(description)}`)
  assert.strictEqual(status, 400)
  assert.notInclude(text, secret)
}
