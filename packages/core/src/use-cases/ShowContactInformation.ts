import { Effect } from "effect"
import { parseContactInformationId } from "../domain/ContactInformationIdentifier.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Authentication, authenticate } from "./Authentication.ts"
import { traced } from "./traced.ts"

/**
 * The contact information of the caller's organisation that has this id.
 *
 * Fails, in this order, with `InvalidToken`, `ContactInformationNotFound`; with `StorageUnavailable` at any time.
 * Source: CRM.COM Web API, `GET contact_information/show`.
 */
export const showContactInformation = Effect.fnUntraced(function* (request: Authentication & { readonly id: string }) {
  const contacts = yield* ContactInformations
  const { organisation } = yield* authenticate(request)
  return yield* contacts.find(organisation, yield* Effect.fromResult(parseContactInformationId(request.id)))
}, traced("showContactInformation"))
