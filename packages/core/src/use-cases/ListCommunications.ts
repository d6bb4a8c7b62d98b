import { Effect } from "effect"
import { checkQuery, type GivenQuery, parseQuery } from "../domain/CommunicationsQuery.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Authentication, authenticate } from "./Authentication.ts"
import { traced } from "./traced.ts"

/**
 * The communications of the caller's organisation with a contact, or in a state, newest first, at most 100 at once.
 *
 * Fails, in this order, with `InvalidQuery`, `InvalidToken`, and `ContactInformationNotFound` or
 * `CommunicationNotFound` where it asks for those with, or behind, what there is not; with `StorageUnavailable` at any
 * time. Source: CRM.COM Web API, `GET communications/list`.
 */
export const listCommunications = Effect.fnUntraced(function* (request: Authentication & GivenQuery) {
  const communications = yield* Communications
  const contacts = yield* ContactInformations
  const { token: _, caller: __, ...given } = request
  yield* Effect.fromResult(checkQuery(given))
  const { organisation } = yield* authenticate(request)
  const query = yield* Effect.fromResult(parseQuery(given))
  const found = yield* communications.list(organisation, query)
  if (found.length === 0) {
    if (query.contact_information !== undefined) yield* contacts.find(organisation, query.contact_information)
    if (query.after !== undefined) yield* communications.find(organisation, { _tag: "Id", id: query.after })
  }
  return found
}, traced("listCommunications"))
