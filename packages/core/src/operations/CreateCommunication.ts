import { Effect, Schema } from "effect"
import { Direction, Draft, Media } from "../domain/Communication.ts"
import { CommunicationDetails, toDetails } from "../domain/CommunicationData.ts"
import { parseContactInformationId } from "../domain/ContactInformationIdentifier.ts"
import {
  ContactInformationNotFound,
  IdempotencyKeyReused,
  InvalidToken,
  StorageUnavailable
} from "../domain/errors/index.ts"
import { CommunicationId } from "../domain/Identity.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { freshHex } from "../ports/freshHex.ts"
import { type Authentication, actOf, authenticate } from "../use-cases/Authentication.ts"
import { detailsExample, personExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { ContactInformationIdentifierParameter, OptionalText } from "./Parameters.ts"

const request = Schema.Struct({
  contact_information_identifier: ContactInformationIdentifierParameter,
  direction: Direction,
  media: Media,
  subject: OptionalText,
  content: OptionalText
})

/**
 * Creates a draft with a contact of the caller's organisation. The system assigns its id and its number.
 *
 * Errors, in this order: `InvalidToken`, `ContactInformationNotFound`; `StorageUnavailable` at any time.
 * Source: CRM.COM Web API, `POST communications/create`.
 */
export const createCommunication = Effect.fnUntraced(function* (given: Authentication & typeof request.Type) {
  const communications = yield* Communications
  const contacts = yield* ContactInformations
  const caller = yield* authenticate(given)
  const contact = yield* Effect.fromResult(parseContactInformationId(given.contact_information_identifier.id))
  const contact_information = yield* contacts.find(caller.organisation, contact)
  const act = yield* actOf(caller)
  const members = {
    id: CommunicationId.make(yield* freshHex),
    created_at: act.at,
    direction: given.direction,
    media: given.media,
    subject: given.subject ?? null,
    content: given.content ?? null,
    viewed_on: null,
    contact_information
  }
  return yield* communications.create(caller.organisation, (number) => Draft.make({ ...members, number }), act)
})

/** `POST communications/create`. */
export const create = operation({
  name: "communications/create",
  operationId: "createCommunication",
  user: "authenticated",
  request,
  result: CommunicationDetails,
  nameable: CommunicationDetails,
  errors: [ContactInformationNotFound, IdempotencyKeyReused, InvalidToken, StorageUnavailable],
  run: (request) => Effect.map(createCommunication(request), toDetails),
  summary: "Draft a communication",
  description: "The contact must exist in your organisation. The system assigns the id and the number.",
  example: {
    request: {
      token: tokenExample,
      contact_information_identifier: { id: personExample.id },
      direction: "OUTGOING",
      media: "EMAIL",
      subject: "Your order",
      content: "It is on its way."
    },
    result: {
      ...{ ...detailsExample, life_cycle_state: "DRAFT", number: "42", media: "EMAIL" },
      ...{ subject: "Your order", content: "It is on its way.", completed_at: null, completed_by: null }
    }
  }
})
