import { Effect, Schema } from "effect"
import { ContactInformation, ContactInformationType } from "../domain/ContactInformation.ts"
import { type ContactInformationQueryInput, parseContactInformationQuery } from "../domain/ContactInformationQuery.ts"
import { ContactInformationNotFound, InvalidQuery, InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"
import { ContactInformationId } from "../domain/Identity.ts"
import { checkNumberOfResults, pageOf } from "../domain/PageSize.ts"
import { Text } from "../domain/Text.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Authentication, authenticate } from "../use-cases/Authentication.ts"
import { personExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { NumberOfResultsParameter, pageMetadata } from "./Parameters.ts"

/**
 * Lists the contact information of the caller's organisation: newest first, at most 100. `nextAfter` is the
 * `after` of the next page, and absent on the last page.
 *
 * Errors, in this order: `InvalidQuery`, `InvalidToken`, `ContactInformationNotFound` if the contact of `after` does not
 * exist; `StorageUnavailable` at any time.
 */
export const listContactInformation = Effect.fnUntraced(function* (
  request: Authentication & ContactInformationQueryInput
) {
  const contacts = yield* ContactInformations
  const { token: _, caller: __, ...input } = request
  yield* Effect.fromResult(checkNumberOfResults(input.number_of_results))
  const { organisation } = yield* authenticate(request)
  const query = yield* Effect.fromResult(parseContactInformationQuery(input))
  const found = yield* contacts.list(organisation, { ...query, limit: query.limit + 1 })
  if (found.length === 0 && query.after !== undefined) yield* contacts.find(organisation, query.after)
  const { page: contact_information, ...metadata } = pageOf(found, query.limit)
  return { contact_information, ...metadata }
})

const result = Schema.Array(Schema.toType(ContactInformation))

/** `GET contact_information/list`. */
export const listContacts = operation({
  name: "contact_information/list",
  operationId: "listContactInformation",
  user: "authenticated",
  request: Schema.Struct({
    name: Schema.optionalKey(
      Text.check(Schema.isMaxLength(100)).annotate({
        description: "The beginning of the name, of at most 100 characters; case and accents are ignored"
      })
    ),
    type: Schema.optionalKey(ContactInformationType),
    number_of_results: NumberOfResultsParameter,
    after: Schema.optionalKey(Schema.String.annotate({ description: "The id of a contact; the list starts after it" }))
  }),
  refusesUnknown: true,
  result,
  nameable: result,
  errors: [InvalidQuery, ContactInformationNotFound, InvalidToken, StorageUnavailable],
  metadata: pageMetadata(ContactInformationId),
  run: (request) =>
    Effect.map(listContactInformation(request), ({ contact_information, ...metadata }) => ({
      ...metadata,
      value: contact_information
    })),
  summary: "List contact information",
  description: "Newest first. `name` is the beginning of a name; case and accents are ignored.",
  example: {
    request: { token: tokenExample, name: "stephane", fields_set: "id,name" },
    result: [{ id: personExample.id, name: personExample.name }]
  }
})
