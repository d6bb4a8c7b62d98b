import { Result, Schema } from "effect"
import { AmbiguousIdentifier, CommunicationNotFound } from "./errors/index.ts"
import type { IdentifierInput } from "./IdentifierInput.ts"
import { CommunicationId, CommunicationNumber, hexOf } from "./Identity.ts"

/** Identifies a communication within its organisation, by id or by number. */
export const CommunicationIdentifier = Schema.Union([
  Schema.TaggedStruct("Id", { id: CommunicationId }),
  Schema.TaggedStruct("Number", { number: CommunicationNumber })
])
export type CommunicationIdentifier = typeof CommunicationIdentifier.Type

const isId = Schema.is(CommunicationId)
const isNumber = Schema.is(CommunicationNumber)

/** Parses an id; a malformed id is reported as not found. */
export const parseCommunicationId = (given: string): Result.Result<CommunicationId, CommunicationNotFound> => {
  const id = hexOf(given)
  return isId(id) ? Result.succeed(id) : Result.fail(new CommunicationNotFound({ identifier: { id: given } }))
}

/** Parses an identifier with exactly one of `id` and `number`; a malformed one is reported as not found. */
export const parseIdentifier = (
  given: IdentifierInput
): Result.Result<CommunicationIdentifier, AmbiguousIdentifier | CommunicationNotFound> => {
  const id = given.id ?? null
  const number = given.number ?? null
  if ((id === null) === (number === null)) return Result.fail(new AmbiguousIdentifier({ given }))
  if (id !== null) {
    return Result.mapBoth(parseCommunicationId(id), {
      onSuccess: (id) => ({ _tag: "Id", id }) as const,
      onFailure: () => new CommunicationNotFound({ identifier: given })
    })
  }
  if (isNumber(number)) return Result.succeed({ _tag: "Number", number })
  return Result.fail(new CommunicationNotFound({ identifier: given }))
}
