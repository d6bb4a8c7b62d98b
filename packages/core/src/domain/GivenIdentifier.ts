import { Schema } from "effect"

/** Exactly one of `id` and `number`, as a caller gives it; `null` counts as not given. */
export const GivenIdentifier = Schema.Struct({
  id: Schema.optional(Schema.NullOr(Schema.String)),
  number: Schema.optional(Schema.NullOr(Schema.String))
})
export type GivenIdentifier = typeof GivenIdentifier.Type
