import { Effect } from "effect"
import { Draft } from "../domain/Communication.ts"
import { parseContactInformationId } from "../domain/ContactInformationIdentifier.ts"
import { CommunicationId } from "../domain/Identity.ts"
import type { NewDraft } from "../domain/NewDraft.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { freshHex } from "../ports/freshHex.ts"
import { type Authentication, actOf, authenticate } from "./Authentication.ts"
import { traced } from "./traced.ts"

/** Who drafts what, and to which contact; `contact_information` is its id. */
export type CreateCommunication = Authentication & NewDraft

/**
 * Drafts a communication with a contact of the caller's organisation; the system gives its id and its number.
 *
 * Fails, in this order, with `InvalidToken`, `ContactInformationNotFound`; with `StorageUnavailable` at any time.
 * Source: CRM.COM Web API, `POST communications/create`.
 */
export const createCommunication = Effect.fnUntraced(function* (request: CreateCommunication) {
  const communications = yield* Communications
  const contacts = yield* ContactInformations
  const caller = yield* authenticate(request)
  const contact = yield* Effect.fromResult(parseContactInformationId(request.contact_information))
  const contact_information = yield* contacts.find(caller.organisation, contact)
  const act = yield* actOf(caller)
  const members = {
    id: CommunicationId.make(yield* freshHex),
    created_at: act.at,
    direction: request.direction,
    media: request.media,
    subject: request.subject ?? null,
    content: request.content ?? null,
    viewed_on: null,
    contact_information
  }
  return yield* communications.create(caller.organisation, (number) => Draft.make({ ...members, number }), act)
}, traced("createCommunication"))
