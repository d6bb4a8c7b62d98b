import { Result, Schema } from "effect"
import { ContactInformationNotFound } from "./Errors.ts"
import { ContactInformationId, upperCaseHex } from "./Identity.ts"

const isId = Schema.is(ContactInformationId)

/** Reads the id that a caller gave, in either case; what no contact information can be named is not found. */
export const parseContactInformationId = (
  given: string
): Result.Result<ContactInformationId, ContactInformationNotFound> => {
  const id = upperCaseHex(given)
  return isId(id) ? Result.succeed(id) : Result.fail(new ContactInformationNotFound({ id: given }))
}
