import { Effect, Schema } from "effect"
import { ContactInformation } from "../domain/ContactInformation.ts"
import { IdempotencyKeyReused, InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"
import { ContactInformationId } from "../domain/Identity.ts"
import { contactInformationOf, NewContactInformation } from "../domain/NewContactInformation.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { freshHex } from "../ports/freshHex.ts"
import { type Authentication, authenticate } from "../use-cases/Authentication.ts"
import { type OnceOptions, once } from "../use-cases/Once.ts"
import { personExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { idempotencyOption, replayMetadata } from "./Parameters.ts"

/** Stores a contact, and reports whether an earlier request with the same idempotency key has stored it. */
const createContactOnce = Effect.fnUntraced(function* (
  request: Authentication & NewContactInformation,
  options: OnceOptions = {}
) {
  const contacts = yield* ContactInformations
  const { token: _, caller: __, ...description } = request
  const caller = yield* authenticate(request)
  const contact = contactInformationOf(ContactInformationId.make(yield* freshHex), description)
  const keyed = {
    makes: "contact",
    caller,
    key: options.idempotencyKey,
    operation: "contact_information/create",
    parameters: description
  } as const
  return yield* once(keyed, (idempotency) =>
    contacts
      .add(caller.organisation, contact, { by: caller.user, idempotency })
      .pipe(Effect.catchTag("ContactInformationExists", Effect.die), Effect.as(contact))
  )
})

/**
 * Stores a contact of the caller's organisation. The system assigns its id. With an idempotency key, a repeated request
 * returns the contact that the first one stored.
 *
 * Errors, in this order: `InvalidToken`, `IdempotencyKeyReused`; `StorageUnavailable` at any time.
 */
export const createContactInformation = (request: Authentication & NewContactInformation, options?: OnceOptions) =>
  Effect.map(createContactOnce(request, options), ({ value }) => value)

/** `POST contact_information/create`. */
export const createContact = operation({
  name: "contact_information/create",
  operationId: "createContactInformation",
  user: "authenticated",
  request: NewContactInformation,
  result: Schema.toType(ContactInformation),
  nameable: Schema.toType(ContactInformation),
  options: Schema.Struct(idempotencyOption),
  metadata: Schema.Struct(replayMetadata),
  errors: [IdempotencyKeyReused, InvalidToken, StorageUnavailable],
  run: (request, _, options) => createContactOnce(request, options),
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
