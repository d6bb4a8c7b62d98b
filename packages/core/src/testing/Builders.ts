/** Values for tests. A builder takes plain values, fills in the members that a test does not name, and checks the result. */
import { DateTime, Effect, Option, Schema } from "effect"
import { Draft } from "../domain/Communication.ts"
import { Company, type ContactInformation, Person } from "../domain/ContactInformation.ts"
import { hexOf, UserId } from "../domain/Identity.ts"
import type { Act } from "../domain/LifeCycle.ts"
import { freshHex } from "../ports/freshHex.ts"

/** A time as a test writes it: a `Date`, or ISO 8601 text, in UTC unless it names a zone. */
export type TestTime = Date | string

/** The members of a person that a test names. */
export type TestPerson = Partial<Omit<typeof Person.Encoded, "type">>

/** The members of a company that a test names. */
export type TestCompany = Partial<Omit<typeof Company.Encoded, "type">>

/** The members of a draft that a test names. */
export interface TestDraft
  extends Partial<Omit<typeof Draft.Encoded, "_tag" | "created_at" | "viewed_on" | "contact_information">> {
  readonly created_at?: TestTime
  readonly viewed_on?: TestTime | null
  readonly contact_information?: typeof ContactInformation.Encoded
}

/** The members of an act that a test names. */
export interface TestAct {
  readonly at?: TestTime
  readonly by?: string
  readonly request_id?: string | null
}

/** A new id of 32 upper-case hexadecimal digits: tests share a storage without sharing data. */
export const freshId = (): string => Effect.runSync(freshHex)

/** The time of the fixtures, with milliseconds. */
export const noon = DateTime.makeUnsafe("2026-01-31T12:00:00.123Z")
const morning = DateTime.subtract(noon, { hours: 3 })

/** The beginning of ISO 8601 text. Without it, JavaScript reads text such as "1 March" in the time zone of the machine. */
const isoDate = /^\d{4}-\d{2}-\d{2}/

/** Reads a time; throws a `TypeError` if it is invalid. */
export const parseTime = (time: TestTime): DateTime.Utc =>
  Option.getOrThrowWith(
    typeof time === "string" && !isoDate.test(time) ? Option.none() : DateTime.make(time),
    () => new TypeError(`Expected a valid Date or ISO 8601 text, got ${String(time)}`)
  )

// A misspelt member fails the test instead of being ignored.
const strict = { onExcessProperty: "error" } as const
const parsePerson = Schema.decodeUnknownSync(Person, strict)
const parseCompany = Schema.decodeUnknownSync(Company, strict)
const parseDraft = Schema.decodeUnknownSync(Draft, strict)
const parseUser = Schema.decodeUnknownSync(UserId)

/** The given members without those that are `undefined`, so that defaults apply to these. */
const named = (given: object): object =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

/** A person: Ada Lovelace, with only the mandatory members. */
export const aPerson = ({
  id = freshId(),
  first_name = "Ada",
  last_name = "Lovelace",
  ...given
}: TestPerson = {}): Person =>
  parsePerson({
    life_cycle_state: "MARKETING",
    name: `${first_name} ${last_name}`,
    ...named(given),
    ...{ id: hexOf(id), type: "PERSON", first_name, last_name }
  })

/** A company: Analytical Engines, with only the mandatory members. */
export const aCompany = ({
  id = freshId(),
  company_name = "Analytical Engines",
  ...given
}: TestCompany = {}): Company =>
  parseCompany({
    life_cycle_state: "MARKETING",
    name: company_name,
    ...named(given),
    ...{ id: hexOf(id), type: "COMPANY", company_name }
  })

/** A draft to a person, created in the `morning` and not viewed. Instead of its members, its number may be passed. */
export const aDraft = (given: TestDraft | string = {}): Draft => {
  const members: TestDraft = typeof given === "string" ? { number: given } : given
  const { id = freshId(), created_at, viewed_on = null, ...others } = members
  return parseDraft({
    ...{ number: "41", version: 1, direction: "OUTGOING", media: "EMAIL", subject: "About the engine", content: null },
    ...{ contact_information: aPerson(), ...named(others), _tag: "Draft" },
    id: hexOf(id),
    created_at: created_at === undefined ? morning : parseTime(created_at),
    viewed_on: viewed_on === null ? null : parseTime(viewed_on)
  })
}

/** An act at noon, by a new user, in a new request. */
export const anAct = ({ at, by = freshId(), request_id = `request-${freshId()}` }: TestAct = {}): Act => ({
  at: at === undefined ? noon : parseTime(at),
  by: parseUser(hexOf(by)),
  request_id
})
