/** The parameters that several operations share. */
import { Schema } from "effect"
import type { Communication } from "../domain/Communication.ts"
import { toDetails } from "../domain/CommunicationData.ts"
import { IdempotencyKey, keyForm } from "../domain/Idempotency.ts"
import type { IdentifierInput } from "../domain/IdentifierInput.ts"
import { pageSize } from "../domain/PageSize.ts"
import { Text } from "../domain/Text.ts"
import { Version } from "../domain/Version.ts"
import type { Authentication } from "../use-cases/Authentication.ts"

const OptionalIdentifier = Schema.optionalKey(Schema.NullOr(Schema.String))

/** An identifier that refuses unknown members: a misspelt one could select another communication (decision 13). */
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
export const CommunicationIdentifierParameter = Identifier(
  Schema.Struct({ id: OptionalIdentifier, number: OptionalIdentifier })
).annotate({
  identifier: "CommunicationIdentifier",
  description: "The communication: exactly one of id and number"
})

/** The contact information, by its id. */
export const ContactInformationIdentifierParameter = Identifier(Schema.Struct({ id: Schema.String })).annotate({
  identifier: "ContactInformationIdentifier",
  description: "The contact information: its id"
})

/** The maximum number of results of a list. */
export const NumberOfResultsParameter = Schema.optionalKey(
  Schema.Int.annotate({
    description: `The maximum number of results, from 1 to ${pageSize.max}; ${pageSize.default} by default`
  })
)

/** The metadata of a list of elements with such an id. */
export const pageMetadata = <Id extends Schema.Top>(id: Id) =>
  Schema.Struct({
    nextAfter: Schema.optionalKey(id.annotate({ description: "The `after` of the next page; absent on the last page" }))
  })

/** Text that may be omitted or unset. */
export const OptionalText = Schema.optionalKey(Schema.NullOr(Text))

/** The request of an operation on one communication. */
export const named = Schema.Struct({ communication_identifier: CommunicationIdentifierParameter })

/** The request of an operation on one communication, with its user. */
export type NamedRequest = Authentication & { readonly communication_identifier: IdentifierInput }

/** The option of operations that change something, so that a request can be repeated safely. */
export const idempotencyOption = {
  idempotencyKey: Schema.optional(IdempotencyKey).annotate({
    description: `A key that you choose for this request, so that you can repeat it safely: it takes effect once. It belongs to the user, and has ${keyForm}`
  })
}

/** Whether the result is that of an earlier request with the same idempotency key. */
export const replayMetadata = {
  replayed: Schema.optionalKey(
    Schema.Literal(true).annotate({
      description: "`true` if an earlier request with the same key made this result; absent otherwise"
    })
  )
}

/** The fields to return: names separated by commas, or an array of names. No name, or only blanks, means all fields. */
export const FieldsSetParameter = Schema.optionalKey(
  Schema.NullOr(Schema.Union([Schema.String, Schema.Array(Schema.String)])).annotate({
    description: "The fields to return, separated by commas; a dot selects a nested field; all fields by default"
  })
)

/** The metadata of operations on one communication. */
export const versioned = Schema.Struct({
  version: Version.annotate({
    description: "The version of the communication, which each step changes and a view does not"
  })
})

/** The details of a communication, with its version beside them. */
export const withVersion = (communication: Communication) => ({
  value: toDetails(communication),
  version: communication.version
})
