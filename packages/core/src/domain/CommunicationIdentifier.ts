import { Result, Schema } from "effect"
import { AmbiguousIdentifier, CommunicationNotFound, type GivenIdentifier } from "./Errors.ts"
import { CommunicationId, CommunicationNumber } from "./Identity.ts"

/** Names one communication of an organisation: by its id, or by its number. */
export const CommunicationIdentifier = Schema.Union([
  Schema.TaggedStruct("Id", { id: CommunicationId }),
  Schema.TaggedStruct("Number", { number: CommunicationNumber })
])
export type CommunicationIdentifier = typeof CommunicationIdentifier.Type

const isId = Schema.is(CommunicationId)
const isNumber = Schema.is(CommunicationNumber)

/**
 * Reads what a caller gave: exactly one of `id` (in either case) and `number`, else `AmbiguousIdentifier`. What no
 * communication can be named is `CommunicationNotFound`, as is what none happens to be named.
 */
export const parseIdentifier = (
  given: GivenIdentifier
): Result.Result<CommunicationIdentifier, AmbiguousIdentifier | CommunicationNotFound> => {
  const id = given.id?.replace(/[a-f]/g, (digit) => digit.toUpperCase()) ?? null
  const number = given.number ?? null
  if ((id === null) === (number === null)) return Result.fail(new AmbiguousIdentifier({ given }))
  if (id !== null && isId(id)) return Result.succeed({ _tag: "Id", id })
  if (number !== null && isNumber(number)) return Result.succeed({ _tag: "Number", number })
  return Result.fail(new CommunicationNotFound({ identifier: given }))
}
