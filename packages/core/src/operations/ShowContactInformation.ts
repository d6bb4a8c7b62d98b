import { Effect, Schema } from "effect"
import { ContactInformation } from "../domain/ContactInformation.ts"
import { parseContactInformationId } from "../domain/ContactInformationIdentifier.ts"
import { ContactInformationNotFound, InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Authentication, authenticate } from "../use-cases/Authentication.ts"
import { personExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { ContactInformationIdentifierParameter } from "./Parameters.ts"

const request = Schema.Struct({ contact_information_identifier: ContactInformationIdentifierParameter })

/**
 * Returns the contact information of the caller's organisation with this id.
 *
 * Errors, in this order: `InvalidToken`, `ContactInformationNotFound`; `StorageUnavailable` at any time.
 * Source: CRM.COM Web API, `GET contact_information/show`.
 */
export const showContactInformation = Effect.fnUntraced(function* (given: Authentication & typeof request.Type) {
  const contacts = yield* ContactInformations
  const { organisation } = yield* authenticate(given)
  const id = yield* Effect.fromResult(parseContactInformationId(given.contact_information_identifier.id))
  return yield* contacts.find(organisation, id)
})

/** `GET contact_information/show`. */
export const showContact = operation({
  name: "contact_information/show",
  operationId: "showContactInformation",
  user: "authenticated",
  request,
  result: Schema.toType(ContactInformation),
  nameable: Schema.toType(ContactInformation),
  errors: [ContactInformationNotFound, InvalidToken, StorageUnavailable],
  run: (request) => Effect.map(showContactInformation(request), (value) => ({ value })),
  summary: "Show contact information",
  description: "The contact must exist in your organisation.",
  example: {
    request: { token: tokenExample, contact_information_identifier: { id: personExample.id } },
    result: personExample
  }
})
