import { Effect } from "effect"
import { CommunicationData, CommunicationDetails, toDetails } from "../domain/CommunicationData.ts"
import { parseIdentifier } from "../domain/CommunicationIdentifier.ts"
import {
  AmbiguousIdentifier,
  CommunicationNotFound,
  IdempotencyKeyReused,
  InvalidToken,
  NotDraft,
  StorageUnavailable
} from "../domain/errors/index.ts"
import { completion } from "../domain/Steps.ts"
import { Communications } from "../ports/Communications.ts"
import { actOf, authenticate } from "../use-cases/Authentication.ts"
import { completedExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { type NamedRequest, named } from "./Parameters.ts"

/**
 * Completes a draft of the caller's organisation, at the current time.
 *
 * Errors, in this order: `InvalidToken`, `AmbiguousIdentifier`, `CommunicationNotFound`, `NotDraft`;
 * `StorageUnavailable` at any time.
 * Source: CRM.COM Web API, `POST communications/complete`.
 */
export const completeCommunication = Effect.fnUntraced(function* (request: NamedRequest) {
  const communications = yield* Communications
  const caller = yield* authenticate(request)
  const identifier = yield* Effect.fromResult(parseIdentifier(request.communication_identifier))
  return yield* communications.take(caller.organisation, identifier, completion, yield* actOf(caller))
})

/** `POST communications/complete`. */
export const complete = operation({
  name: "communications/complete",
  operationId: "completeCommunication",
  user: "authenticated",
  request: named,
  result: CommunicationDetails,
  documented: CommunicationData,
  nameable: CommunicationDetails,
  errors: [
    InvalidToken,
    AmbiguousIdentifier,
    IdempotencyKeyReused,
    CommunicationNotFound,
    NotDraft,
    StorageUnavailable
  ],
  run: (request) => Effect.map(completeCommunication(request), toDetails),
  summary: "Complete a communication",
  description:
    "Changes the state from DRAFT to COMPLETED. Only a draft can be completed, and only once: of concurrent callers exactly one succeeds. After `UNAVAILABLE`, retry: `NOT_DRAFT` then means that the communication is completed.",
  example: {
    request: { token: tokenExample, communication_identifier: { number: "41" } },
    result: completedExample
  }
})
