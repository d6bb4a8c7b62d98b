import { Effect, Result, Schema } from "effect"
import { Direction, Draft, Media } from "../domain/Communication.ts"
import { CommunicationDetails } from "../domain/CommunicationData.ts"
import { parseContactInformationId } from "../domain/ContactInformationIdentifier.ts"
import {
  ContactInformationNotFound,
  IdempotencyKeyReused,
  InvalidToken,
  StorageUnavailable
} from "../domain/errors/index.ts"
import { CommunicationId, type CommunicationNumber } from "../domain/Identity.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { freshHex } from "../ports/freshHex.ts"
import { type Authentication, actOf, authenticate } from "../use-cases/Authentication.ts"
import { type OnceOptions, once } from "../use-cases/Once.ts"
import { detailsExample, personExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import {
  ContactInformationIdentifierParameter,
  idempotencyOption,
  OptionalText,
  replayMetadata,
  versioned,
  withVersion
} from "./Parameters.ts"

const request = Schema.Struct({
  contact_information_identifier: ContactInformationIdentifierParameter,
  direction: Direction,
  media: Media,
  subject: OptionalText,
  content: OptionalText
})

/** Creates a draft, and reports whether an earlier request with the same idempotency key has created it. */
const createOnce = Effect.fnUntraced(function* (
  given: Authentication & typeof request.Type,
  options: OnceOptions = {}
) {
  const communications = yield* Communications
  const contacts = yield* ContactInformations
  const caller = yield* authenticate(given)
  const { contact_information_identifier, direction, media, subject = null, content = null } = given
  const parsed = parseContactInformationId(contact_information_identifier.id)
  const contact = Result.getOrElse(parsed, () => contact_information_identifier.id)
  const keyed = {
    makes: "communication",
    caller,
    key: options.idempotencyKey,
    operation: "communications/create",
    parameters: { contact, direction, media, subject, content }
  } as const
  return yield* once(
    keyed,
    Effect.fnUntraced(function* (idempotency) {
      const contact_information = yield* contacts.find(caller.organisation, yield* Effect.fromResult(parsed))
      const act = yield* actOf(caller)
      const id = CommunicationId.make(yield* freshHex)
      const members = {
        id,
        created_at: act.at,
        direction,
        media,
        subject,
        content,
        viewed_on: null,
        contact_information
      }
      const draft = (number: CommunicationNumber) => Draft.make({ ...members, number })
      return yield* communications.create(caller.organisation, draft, { ...act, idempotency })
    })
  )
})

/**
 * Creates a draft with a contact of the caller's organisation. The system assigns its id and its number. With an
 * idempotency key, a repeated request returns the communication that the first one created.
 *
 * Errors, in this order: `InvalidToken`, `IdempotencyKeyReused`, `ContactInformationNotFound`; `StorageUnavailable` at any
 * time.
 * Source: CRM.COM Web API, `POST communications/create`.
 */
export const createCommunication = (given: Authentication & typeof request.Type, options?: OnceOptions) =>
  Effect.map(createOnce(given, options), ({ value }) => value)

/** `POST communications/create`. */
export const create = operation({
  name: "communications/create",
  operationId: "createCommunication",
  user: "authenticated",
  request,
  result: CommunicationDetails,
  nameable: CommunicationDetails,
  options: Schema.Struct(idempotencyOption),
  metadata: Schema.Struct({ ...versioned.fields, ...replayMetadata }),
  errors: [ContactInformationNotFound, IdempotencyKeyReused, InvalidToken, StorageUnavailable],
  run: (request, _, options) =>
    Effect.map(createOnce(request, options), ({ value, ...metadata }) => ({ ...metadata, ...withVersion(value) })),
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
