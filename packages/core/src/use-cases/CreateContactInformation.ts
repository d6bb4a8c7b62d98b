import { Effect } from "effect"
import { ContactInformationId } from "../domain/Identity.ts"
import { contactInformationOf, type NewContactInformation } from "../domain/NewContactInformation.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { freshHex } from "../ports/freshHex.ts"
import { type Authentication, authenticate } from "./Authentication.ts"
import { traced } from "./traced.ts"

/** Who adds which contact; `NewPerson.make` and `NewCompany.make` fill in what is unset. */
export type CreateContactInformation = Authentication & { readonly contact_information: NewContactInformation }

/**
 * Stores a contact of the caller's organisation; the system gives its id.
 *
 * Fails with `InvalidToken`; with `StorageUnavailable` at any time.
 */
export const createContactInformation = Effect.fnUntraced(function* (request: CreateContactInformation) {
  const contacts = yield* ContactInformations
  const { organisation } = yield* authenticate(request)
  const contact = contactInformationOf(ContactInformationId.make(yield* freshHex), request.contact_information)
  yield* contacts.add(organisation, contact).pipe(Effect.catchTag("ContactInformationExists", Effect.die))
  return contact
}, traced("createContactInformation"))
