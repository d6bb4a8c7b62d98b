import { Schema } from "effect"

/** An identifier as the caller passes it: exactly one of `id` and `number`. `null` counts as absent. */
export const GivenIdentifier = Schema.Struct({
  id: Schema.optional(Schema.NullOr(Schema.String)),
  number: Schema.optional(Schema.NullOr(Schema.String))
})
export type GivenIdentifier = typeof GivenIdentifier.Type
