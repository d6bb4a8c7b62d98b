import { Schema } from "effect"

/** The version of a communication: 1 when it is created, and one more after each step. A view does not change it. */
export const Version = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: 2_147_483_647 }, { expected: "a version, a whole number from 1" })
)

/** The version that a communication must have, or several of which it must have one; `null` accepts any version. */
export const ExpectedVersion = Schema.NullOr(Schema.Union([Version, Schema.Array(Version)]))
export type ExpectedVersion = typeof ExpectedVersion.Type
