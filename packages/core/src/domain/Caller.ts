import { Redacted, Result, Schema } from "effect"
import { InvalidCaller, InvalidToken } from "./Errors.ts"
import { OrganisationId, UserId, upperCaseHex } from "./Identity.ts"

/** Who is asking: a user of an organisation. */
export const Caller = Schema.Struct({ organisation: OrganisationId, user: UserId })
export type Caller = typeof Caller.Type

const isOrganisation = Schema.is(OrganisationId)
const isUser = Schema.is(UserId)

/** Reads a caller whom a host has authenticated: ids in either case, as 32 hexadecimal digits or as a UUID. */
export const parseCaller = (given: {
  readonly organisation: string
  readonly user: string
}): Result.Result<Caller, InvalidCaller> => {
  const uuid = /^(\w{8})-(\w{4})-(\w{4})-(\w{4})-(\w{12})$/
  const [organisation, user] = [given.organisation, given.user].map((id) =>
    upperCaseHex(id.replace(uuid, "$1$2$3$4$5"))
  )
  if (!isOrganisation(organisation)) return Result.fail(new InvalidCaller({ member: "organisation" }))
  return isUser(user) ? Result.succeed({ organisation, user }) : Result.fail(new InvalidCaller({ member: "user" }))
}

const TokenText = Schema.String.check(Schema.isPattern(/^[0-9A-F]{32}$/)).pipe(Schema.brand("Token"))

/** The secret of a session, 32 upper-case hexadecimal digits; redacted, so that no log or error shows it. */
export type Token = Redacted.Redacted<typeof TokenText.Type>

const isTokenText = Schema.is(TokenText)
const isToken = (given: Redacted.Redacted<string>): given is Token => isTokenText(Redacted.value(given))

/** Reads a token; what does not look like one is as invalid as one that is unknown. */
export const parseToken = (given: Redacted.Redacted<string>): Result.Result<Token, InvalidToken> =>
  isToken(given) ? Result.succeed(given) : Result.fail(new InvalidToken())
