import { Result, Schema } from "effect"
import { ContactInformationNotFound } from "./errors/index.ts"
import { ContactInformationId, hexOf } from "./Identity.ts"

const isId = Schema.is(ContactInformationId)

/** Parses an id; a malformed id is reported as not found. */
export const parseContactInformationId = (
  given: string
): Result.Result<ContactInformationId, ContactInformationNotFound> => {
  const id = hexOf(given)
  return isId(id) ? Result.succeed(id) : Result.fail(new ContactInformationNotFound({ id: given }))
}
