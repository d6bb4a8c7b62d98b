/** What requests may carry. */
import { Text } from "@communications/core"
import { Schema, SchemaTransformation } from "effect"

/** The token, as a parameter; it may come as `Authorization: Bearer` instead. */
export const Token = Schema.optionalKey(
  Schema.NullOr(Schema.String).annotate({
    description: "The token retrieved from the login method; may be sent as Authorization: Bearer instead"
  })
)

/** The headers that any request may carry. */
export const Authorization = { authorization: Schema.optionalKey(Schema.String) }

const Part = Schema.optionalKey(Schema.NullOr(Schema.String))
const IdOrNumber = Schema.Struct({ id: Part, number: Part })
type IdOrNumber = typeof IdOrNumber.Type

/** An identifier; members of other names are refused, since they would be misunderstood. */
const Identifier = <const Fields extends Schema.Struct.Fields>(struct: Schema.Struct<Fields>) =>
  Schema.make<Schema.Codec<Schema.Struct<Fields>["Type"], Schema.Struct<Fields>["Encoded"]>>(
    Schema.StructWithRest(struct, [
      Schema.Record(
        Schema.String.check(Schema.isPattern(new RegExp(`^(?!(${Object.keys(struct.fields).join("|")})$)`))),
        Schema.Never.annotate({ message: "no member has this name" })
      )
    ]).ast
  )

/** The communication: exactly one of `id` and `number`. */
export const CommunicationIdentifier = Identifier(IdOrNumber).annotate({
  identifier: "CommunicationIdentifier",
  description: "The communication: exactly one of id and number"
})

/** The contact information, by its id. */
export const ContactInformationIdentifier = Identifier(Schema.Struct({ id: Schema.String })).annotate({
  identifier: "ContactInformationIdentifier",
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

/** `key=value` of each part, each key once; an empty part says nothing. */
const partsOf = (given: Repeated): ReadonlyArray<readonly [key: string, value: string]> =>
  (typeof given === "string" ? [given] : given)
    .filter((part) => part !== "")
    .map((part) => {
      const at = Math.max(part.indexOf("="), 0)
      return [part.slice(0, at), part.slice(at + 1)]
    })

/** An identifier in a query, `key=value`; the parameter is repeated to give several keys, each of them once. */
const IdentifierOf = (keys: ReadonlyArray<string>, description: string) =>
  Repeated.check(
    Schema.makeFilter(
      (given: Repeated) => {
        const given_keys = partsOf(given).map(([key]) => key)
        return given_keys.every((key) => keys.includes(key)) && new Set(given_keys).size === given_keys.length
      },
      {
        description,
        expected: `${keys.join("=… or ")}=…`,
        toJsonSchema: () => ({ pattern: `^((${keys.join("|")})=|$)` })
      }
    )
  )

/** A communication in a query: `id=…` or `number=…`. */
export const CommunicationInQuery = IdentifierOf(
  ["id", "number"],
  "The communication: exactly one of id=… and number=…"
).pipe(
  Schema.decodeTo(
    IdOrNumber,
    SchemaTransformation.transform({
      decode: (given): IdOrNumber => Object.fromEntries(partsOf(given)),
      encode: (identifier) =>
        Object.entries(identifier).flatMap(([key, value]) => (value == null ? [] : [`${key}=${value}`]))
    })
  )
)

/** A contact information in a query: `id=…`. */
export const ContactInQuery = IdentifierOf(["id"], "The contact information: id=…")
  .check(
    Schema.makeFilter((given: Repeated) => partsOf(given).length === 1, {
      expected: "id=…",
      toJsonSchema: () => ({ minLength: 3 })
    })
  )
  .pipe(
    Schema.decodeTo(
      Schema.Struct({ id: Schema.String }),
      SchemaTransformation.transform({
        decode: (given) => ({ id: partsOf(given)[0]?.[1] ?? "" }),
        encode: ({ id }) => `id=${id}`
      })
    )
  )

/** A whole number in a query; the description is for its documentation. */
export const WholeNumber = (description: string) =>
  Schema.String.check(Schema.isPattern(/^[0-9]{1,15}$/u, { expected: "a whole number", description })).pipe(
    Schema.decodeTo(Schema.Int, SchemaTransformation.numberFromString)
  )
