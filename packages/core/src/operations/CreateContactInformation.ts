import { Effect, Schema } from "effect"
import { ContactInformation } from "../domain/ContactInformation.ts"
import { IdempotencyKeyReused, InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"
import { ContactInformationId } from "../domain/Identity.ts"
import { contactInformationOf, NewContactInformation } from "../domain/NewContactInformation.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { freshHex } from "../ports/freshHex.ts"
import { type Authentication, authenticate } from "../use-cases/Authentication.ts"
import { personExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"

/**
 * Stores a contact of the caller's organisation. The system assigns its id.
 *
 * Errors: `InvalidToken`; `StorageUnavailable` at any time.
 */
export const createContactInformation = Effect.fnUntraced(function* (request: Authentication & NewContactInformation) {
  const contacts = yield* ContactInformations
  const { token: _, caller: __, ...description } = request
  const { organisation } = yield* authenticate(request)
  const contact = contactInformationOf(ContactInformationId.make(yield* freshHex), description)
  yield* contacts.add(organisation, contact).pipe(Effect.catchTag("ContactInformationExists", Effect.die))
  return contact
})

/** `POST contact_information/create`. */
export const createContact = operation({
  name: "contact_information/create",
  operationId: "createContactInformation",
  user: "authenticated",
  request: NewContactInformation,
  result: Schema.toType(ContactInformation),
  nameable: Schema.toType(ContactInformation),
  errors: [IdempotencyKeyReused, InvalidToken, StorageUnavailable],
  run: createContactInformation,
  summary: "Store contact information",
  description:
    "A person requires `first_name` and `last_name`, a company requires `company_name`. By default `name` is made of these, and other fields are unset.",
  example: {
    request: {
      token: tokenExample,
      type: "PERSON",
      life_cycle_state: "MARKETING",
      first_name: "Stephane",
      last_name: "Spector",
      title: "Mr",
      demographics: { gender: "MALE", id_number: "121212", passport_number: "121212" }
    },
    result: personExample
  }
})
