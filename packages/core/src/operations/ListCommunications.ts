import { Effect, Schema } from "effect"
import { Direction, Media } from "../domain/Communication.ts"
import { CommunicationDetails, toDetails } from "../domain/CommunicationData.ts"
import { checkQuery, parseQuery, type QueryInput } from "../domain/CommunicationsQuery.ts"
import {
  CommunicationNotFound,
  ContactInformationNotFound,
  InvalidQuery,
  InvalidToken,
  StorageUnavailable
} from "../domain/errors/index.ts"
import { hasField } from "../domain/FieldsSet.ts"
import { CommunicationId } from "../domain/Identity.ts"
import { LifeCycleState } from "../domain/LifeCycle.ts"
import { largestOffset, pageOf } from "../domain/PageSize.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import { type Authentication, authenticate } from "../use-cases/Authentication.ts"
import { completedExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { ContactInformationIdentifierParameter, NumberOfResultsParameter, pageMetadata } from "./Parameters.ts"

/**
 * Lists the communications of the caller's organisation with a contact, or in a state: newest first, at most 100.
 * `nextAfter` is the `after` of the next page, and absent on the last page. With `omitsContent`, `content` is not read, and null.
 *
 * Errors, in this order: `InvalidQuery`, `InvalidToken`, `ContactInformationNotFound` if the contact does not exist,
 * `CommunicationNotFound` if the communication of `after` does not exist; `StorageUnavailable` at any time.
 * Source: CRM.COM Web API, `GET communications/list`.
 */
export const listCommunications = Effect.fnUntraced(function* (
  request: Authentication & QueryInput,
  omitsContent = false
) {
  const communications = yield* Communications
  const contacts = yield* ContactInformations
  yield* Effect.fromResult(checkQuery(request))
  const { organisation } = yield* authenticate(request)
  const query = yield* Effect.fromResult(parseQuery(request))
  const found = yield* communications.list(organisation, { ...query, limit: query.limit + 1, omitsContent })
  if (found.length === 0) {
    if (query.contact_information !== undefined) yield* contacts.find(organisation, query.contact_information)
    if (query.after !== undefined) yield* communications.find(organisation, { _tag: "Id", id: query.after })
  }
  const { page, ...metadata } = pageOf(found, query.limit)
  return { communications: page, ...metadata }
})

/** `GET communications/list`. */
export const list = operation({
  name: "communications/list",
  operationId: "listCommunications",
  user: "authenticated",
  request: Schema.Struct({
    contact_information_identifier: Schema.optionalKey(ContactInformationIdentifierParameter),
    life_cycle_state: Schema.optionalKey(LifeCycleState),
    direction: Schema.optionalKey(Direction),
    media: Schema.optionalKey(Media),
    number_of_results: NumberOfResultsParameter,
    offset: Schema.optionalKey(
      Schema.Int.annotate({
        description: `The number of results to skip, from 0 to ${largestOffset}; to read further, use \`after\``
      })
    ),
    after: Schema.optionalKey(
      Schema.String.annotate({
        description: "The id of a communication; the list starts after it, equally fast at any depth"
      })
    )
  }),
  // Without an ignored filter, the list would have more than the caller asked for.
  refusesUnknown: true,
  result: Schema.Array(CommunicationDetails),
  nameable: Schema.Array(CommunicationDetails),
  errors: [InvalidQuery, ContactInformationNotFound, CommunicationNotFound, InvalidToken, StorageUnavailable],
  metadata: pageMetadata(CommunicationId),
  run: (request, fields) =>
    Effect.map(listCommunications(request, !hasField(fields, "content")), ({ communications, ...metadata }) => ({
      ...metadata,
      value: communications.map(toDetails)
    })),
  summary: "List communications",
  description: "Newest first. At least one of `contact_information_identifier` and `life_cycle_state` is required.",
  example: {
    request: { token: tokenExample, life_cycle_state: "DRAFT", number_of_results: 2, fields_set: "id,number,subject" },
    result: [
      { id: "0BF1B5FA1ED3D1F0B2B1E66A1FB1B8A5", number: "60", subject: "Communication 60 of CRMDEMO" },
      { id: completedExample.id, number: "41", subject: completedExample.subject }
    ]
  }
})
