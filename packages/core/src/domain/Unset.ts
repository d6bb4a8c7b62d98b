import { Effect, Schema } from "effect"

/** A member that may be unset: `null`, which is also its default. */
export const OrUnset = <S extends Schema.Constraint>(schema: S) =>
  Schema.NullOr(schema).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(null)),
    Schema.withConstructorDefault(Effect.succeed(null))
  )

/** A member that is always unset. */
export const Unset = Schema.Null.pipe(
  Schema.withDecodingDefaultKey(Effect.succeed(null)),
  Schema.withConstructorDefault(Effect.succeed(null))
)
