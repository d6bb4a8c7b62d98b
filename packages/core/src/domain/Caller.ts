import { type Brand, Redacted, Result, Schema } from "effect"
import { InvalidCaller, InvalidToken } from "./errors/index.ts"
import { hexOf, OrganisationId, UserId } from "./Identity.ts"

/** The authenticated user for whom an operation runs, and the user's organisation. */
export const Caller = Schema.Struct({ organisation: OrganisationId, user: UserId })
export type Caller = typeof Caller.Type

const isOrganisation = Schema.is(OrganisationId)
const isUser = Schema.is(UserId)

/** Parses a caller that the host has authenticated. An id is 32 hexadecimal digits in either case, or a UUID. */
export const parseCaller = (given: {
  readonly organisation: string
  readonly user: string
}): Result.Result<Caller, InvalidCaller> => {
  const [organisation, user] = [hexOf(String(given.organisation)), hexOf(String(given.user))]
  if (!isOrganisation(organisation)) return Result.fail(new InvalidCaller({ member: "organisation" }))
  return isUser(user) ? Result.succeed({ organisation, user }) : Result.fail(new InvalidCaller({ member: "user" }))
}

const TokenText = Schema.String.check(Schema.isPattern(/^[0-9A-F]{32}$/)).pipe(Schema.brand("Token"))

/** The secret of a session: 32 upper-case hexadecimal digits, redacted so that no log or error shows them. */
export type Token = Redacted.Redacted<Brand.Branded<string, "Token">>

const isTokenText = Schema.is(TokenText)
const isToken = (given: Redacted.Redacted<string>): given is Token => isTokenText(Redacted.value(given))

/** Parses a token. A malformed token fails with the same error as an unknown one. */
export const parseToken = (given: Redacted.Redacted<string>): Result.Result<Token, InvalidToken> =>
  isToken(given) ? Result.succeed(given) : Result.fail(new InvalidToken())
