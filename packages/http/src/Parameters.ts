/** What requests may carry. */
import { Schema } from "effect"

/** The token, as a member of the body; it may come as `Authorization: Bearer` instead. */
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
    Schema.Never.annotate({ expected: "no member of this name" })
  )
]).annotate({ description: "The communication: exactly one of id and number" })

/** Which fields to return: comma separated names, or an array of names; none, or blanks only, means all of them. */
export const FieldsSet = Schema.optionalKey(
  Schema.NullOr(Schema.Union([Schema.String, Schema.Array(Schema.String)])).annotate({
    description: "The fields to return, comma separated; a dot goes deeper; without it, all fields are returned"
  })
)
