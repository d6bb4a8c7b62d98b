/** The parameters that several operations share. */
import { Schema } from "effect"
import type { GivenIdentifier } from "../domain/GivenIdentifier.ts"
import { Text } from "../domain/Text.ts"
import type { Authentication } from "../use-cases/Authentication.ts"

const Part = Schema.optionalKey(Schema.NullOr(Schema.String))

/** An identifier; other members are refused, because they would be misunderstood. */
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
export const CommunicationIdentifierParameter = Identifier(Schema.Struct({ id: Part, number: Part })).annotate({
  identifier: "CommunicationIdentifier",
  description: "The communication: exactly one of id and number"
})

/** The contact information, by its id. */
export const ContactInformationIdentifierParameter = Identifier(Schema.Struct({ id: Schema.String })).annotate({
  identifier: "ContactInformationIdentifier",
  description: "The contact information: its id"
})

/** Text that may be left out, or unset. */
export const OptionalText = Schema.optionalKey(Schema.NullOr(Text))

/** The request of an operation on one communication. */
export const named = Schema.Struct({ communication_identifier: CommunicationIdentifierParameter })

/** An operation on one communication, by a user. */
export type NamedRequest = Authentication & { readonly communication_identifier: GivenIdentifier }

/** The fields to return: comma separated names, or an array of names; none, or blanks only, means all of them. */
export const FieldsSetParameter = Schema.optionalKey(
  Schema.NullOr(Schema.Union([Schema.String, Schema.Array(Schema.String)])).annotate({
    description: "The fields to return, comma separated; a dot goes deeper; without it, all fields are returned"
  })
)
