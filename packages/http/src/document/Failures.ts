/** The schemas and examples of failures. */
import { LifeCycleState } from "@communications/core"
import { Predicate } from "effect"
import { type Code, failure, isCode } from "../Codes.ts"

/** The codes of the failures that a schema references. */
export const codesIn = (schema: unknown): ReadonlyArray<Code> =>
  Object.values(Predicate.isObject(schema) ? schema : {}).flatMap((value) => {
    if (Array.isArray(value)) return value.flatMap(codesIn)
    const name = typeof value === "string" ? (value.split("/").at(-1) ?? "") : ""
    return isCode(name) ? [name] : []
  })

const text = { type: "string" }

const nullOr = (schema: object) => ({ ...schema, type: ["string", "null"] })

/** The details of `NOT_DRAFT`: when, by which user and in which request the communication was completed. */
const details = {
  type: "object",
  description: "When, by which user and in which request the communication was completed; `null` if unknown.",
  properties: {
    life_cycle_state: { type: "string", enum: LifeCycleState.literals },
    completed_at: nullOr({ description: "A time in UTC" }),
    completed_by: nullOr({}),
    request_id: nullOr({})
  },
  required: ["life_cycle_state", "completed_at", "completed_by", "request_id"],
  additionalProperties: false
}

/** An example of a failure. */
export const exampleOf = (code: Code) => {
  const description = "an explanation of the error in this request"
  return code === "NOT_DRAFT"
    ? failure(code, description, {
        ...{ life_cycle_state: "COMPLETED", completed_at: "2026-01-15T16:45:00Z" },
        ...{ completed_by: "F50927C44314BA21B2DAEECFF2E53BB0", request_id: "request-1" }
      })
    : failure(code, description)
}

/** The schema of a failure with one of these codes. */
export const failureOf = (codes: ReadonlyArray<Code>) => ({
  type: "object",
  description: "`message` is constant for each code; `description` explains the error in this request.",
  properties: {
    status: {
      type: "object",
      properties: { code: { type: "string", enum: codes }, message: text, description: text },
      required: ["code", "message", "description"],
      additionalProperties: false
    },
    data: { type: "null" },
    ...(codes.includes("NOT_DRAFT") ? { details } : {})
  },
  required: ["status", "data", ...(codes.includes("NOT_DRAFT") ? ["details"] : [])],
  additionalProperties: false
})
