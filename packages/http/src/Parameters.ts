/** What requests may carry. */
import { Text } from "@communications/core"
import { Schema } from "effect"

/** The token, as a parameter; it may come as `Authorization: Bearer` instead. */
export const Token = Schema.optionalKey(
  Schema.NullOr(Schema.String).annotate({
    description: "The token retrieved from the login method; may be sent as Authorization: Bearer instead"
  })
)

/** The headers that any request may carry. */
export const Authorization = { authorization: Schema.optionalKey(Schema.String) }

const Part = Schema.optionalKey(Schema.NullOr(Schema.String))

/** Exactly one of `id` and `number`; members of other names are refused, since they would be misunderstood. */
export const CommunicationIdentifier = Schema.StructWithRest(Schema.Struct({ id: Part, number: Part }), [
  Schema.Record(
    Schema.String.check(Schema.isPattern(/^(?!(id|number)$)/)),
    Schema.Never.annotate({ message: "no member has this name" })
  )
]).annotate({ description: "The communication: exactly one of id and number" })

/** The contact information, by its id. */
export const ContactInformationIdentifier = Schema.Struct({ id: Schema.String }).annotate({
  description: "The contact information: its id"
})

/** Which fields to return: comma separated names, or an array of names; none, or blanks only, means all of them. */
export const FieldsSet = Schema.optionalKey(
  Schema.NullOr(Schema.Union([Schema.String, Schema.Array(Schema.String)])).annotate({
    description: "The fields to return, comma separated; a dot goes deeper; without it, all fields are returned"
  })
)

/** Text that may be left out, or unset. */
export const OptionalText = Schema.optionalKey(Schema.NullOr(Text))

/** Text in a query; where the parameter is repeated, several texts. */
const Repeated = Schema.Union([Schema.String, Schema.Array(Schema.String)])
type Repeated = typeof Repeated.Type

const partsOf = (given: Repeated): ReadonlyArray<string> =>
  (typeof given === "string" ? [given] : given).filter((part) => part !== "")

const keyOf = (part: string): string => part.slice(0, Math.max(part.indexOf("="), 0))

/** An identifier in a query, `key=value`; the parameter is repeated to give several keys, each of them once. */
const IdentifierOf = (keys: ReadonlyArray<string>) =>
  Repeated.check(
    Schema.makeFilter(
      (given: Repeated) => {
        const parts = partsOf(given).map(keyOf)
        return parts.every((key) => keys.includes(key)) && new Set(parts).size === parts.length
      },
      { expected: `${keys.join("=… or ")}=…` }
    )
  )

/** A communication in a query: `id=…` or `number=…`. */
export const CommunicationInQuery = IdentifierOf(["id", "number"]).annotate({
  description: "The communication: exactly one of id=… and number=…"
})

/** A contact information in a query: `id=…`. */
export const ContactInQuery = IdentifierOf(["id"])
  .check(Schema.makeFilter((given: Repeated) => partsOf(given).length === 1, { expected: "id=…" }))
  .annotate({ description: "The contact information: id=…" })

/** What an identifier in a query gives for a key. */
export const valueIn = (given: Repeated, key: string): string | null =>
  partsOf(given)
    .find((part) => keyOf(part) === key)
    ?.slice(key.length + 1) ?? null

/** A whole number in a query. */
export const WholeNumber = Schema.String.check(Schema.isPattern(/^[0-9]{1,15}$/, { expected: "a whole number" }))
