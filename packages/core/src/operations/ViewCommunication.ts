import { DateTime, Effect } from "effect"
import { CommunicationDetails, toDetails } from "../domain/CommunicationData.ts"
import { parseIdentifier } from "../domain/CommunicationIdentifier.ts"
import { AmbiguousIdentifier, CommunicationNotFound, InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"
import { Communications } from "../ports/Communications.ts"
import { authenticate } from "../use-cases/Authentication.ts"
import { detailsExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { type NamedRequest, named } from "./Parameters.ts"

/**
 * Marks a communication of the caller's organisation as viewed, at the current time. Only the first view counts.
 *
 * Errors, in this order: `InvalidToken`, `AmbiguousIdentifier`, `CommunicationNotFound`; `StorageUnavailable` at any
 * time.
 */
export const viewCommunication = Effect.fnUntraced(function* (request: NamedRequest) {
  const communications = yield* Communications
  const { organisation } = yield* authenticate(request)
  const identifier = yield* Effect.fromResult(parseIdentifier(request.communication_identifier))
  return yield* communications.view(organisation, identifier, yield* DateTime.now)
})

/** `POST communications/view`. */
export const view = operation({
  name: "communications/view",
  operationId: "viewCommunication",
  user: "authenticated",
  request: named,
  result: CommunicationDetails,
  nameable: CommunicationDetails,
  errors: [InvalidToken, AmbiguousIdentifier, CommunicationNotFound, StorageUnavailable],
  run: (request) => Effect.map(viewCommunication(request), (viewed) => ({ value: toDetails(viewed) })),
  summary: "Mark a communication as viewed",
  description: "The first view sets `viewed` and `viewed_on`. Later views change nothing.",
  example: {
    request: { token: tokenExample, communication_identifier: { number: "41" } },
    result: { ...detailsExample, viewed: true, viewed_on: "2026-01-16T09:30:00" }
  }
})
