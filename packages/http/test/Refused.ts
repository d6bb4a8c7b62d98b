import { assert } from "@effect/vitest"
import type { Received } from "./Client.ts"
import { at, codeOf } from "./Methods.ts"

/** What is refused, and how. */
export const SHAPE = [400, "INVALID_PARAMETERS"] as const
export const TOKEN = [401, "INVALID_TOKEN"] as const
export const AMBIGUOUS = [400, "AMBIGUOUS_IDENTIFIER"] as const
export const COMMUNICATION = [404, "COMMUNICATION_NOT_FOUND"] as const
export const CONTACT = [404, "CONTACT_INFORMATION_NOT_FOUND"] as const
type Expected = readonly [status: number, code: string]

/** Fails the test unless that was refused, with the envelope, and a description that says what was wrong. */
export const refused = (answer: Received, expected: Expected, about = /./) => {
  const { json, text, headers } = answer
  assert.deepStrictEqual(codeOf(answer), [...expected], text)
  assert.deepStrictEqual(Object.keys(Object(json)), ["status", "data"])
  assert.deepStrictEqual(Object.keys(Object(at(json, "status"))), ["code", "message", "description"])
  assert.isNull(at(json, "data"))
  assert.match(String(at(json, "status", "message")), /^[A-Z].*\.$/)
  assert.match(String(at(json, "status", "description")), about)
  assert.strictEqual(headers["content-type"], "application/json")
  assert.strictEqual(headers["www-authenticate"], expected === TOKEN ? 'Bearer error="invalid_token"' : undefined)
}
