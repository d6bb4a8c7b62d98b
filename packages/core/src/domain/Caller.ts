import { Redacted, Result, Schema } from "effect"
import { InvalidToken } from "./Errors.ts"
import { OrganisationId, UserId } from "./Identity.ts"

/** Who is asking: a user of an organisation. */
export const Caller = Schema.Struct({ organisation: OrganisationId, user: UserId })
export type Caller = typeof Caller.Type

const TokenText = Schema.String.check(Schema.isPattern(/^[0-9A-F]{32}$/)).pipe(Schema.brand("Token"))

/** The secret of a session, 32 upper-case hexadecimal digits; redacted, so that no log or error shows it. */
export type Token = Redacted.Redacted<typeof TokenText.Type>

/** Reads a token; what does not look like one is as invalid as one that is unknown. */
export const parseToken = (given: Redacted.Redacted<string>): Result.Result<Token, InvalidToken> => {
  const text = Redacted.value(given)
  return Schema.is(TokenText)(text)
    ? Result.succeed(Redacted.make(text, { label: "Token" }))
    : Result.fail(new InvalidToken())
}
