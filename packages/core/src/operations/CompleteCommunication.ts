import { Effect, Schema } from "effect"
import { CommunicationData, CommunicationDetails } from "../domain/CommunicationData.ts"
import { parseIdentifier } from "../domain/CommunicationIdentifier.ts"
import {
  AmbiguousIdentifier,
  CommunicationNotFound,
  InvalidToken,
  NotDraft,
  StaleVersion,
  StorageUnavailable
} from "../domain/errors/index.ts"
import { completion, type StepOptions } from "../domain/Steps.ts"
import { ExpectedVersion } from "../domain/Version.ts"
import { Communications } from "../ports/Communications.ts"
import { actOf, authenticate } from "../use-cases/Authentication.ts"
import { completedExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { type NamedRequest, named, versioned, withVersion } from "./Parameters.ts"

/**
 * Completes a draft of the caller's organisation, at the current time. With `expectedVersion` only that version.
 *
 * Errors, in this order: `InvalidToken`, `AmbiguousIdentifier`, `CommunicationNotFound`, `StaleVersion`, `NotDraft`;
 * `StorageUnavailable` at any time.
 * Source: CRM.COM Web API, `POST communications/complete`.
 */
export const completeCommunication = Effect.fnUntraced(function* (request: NamedRequest, options?: StepOptions) {
  const communications = yield* Communications
  const caller = yield* authenticate(request)
  const identifier = yield* Effect.fromResult(parseIdentifier(request.communication_identifier))
  return yield* communications.take(caller.organisation, identifier, completion, yield* actOf(caller), options)
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
  errors: [InvalidToken, AmbiguousIdentifier, CommunicationNotFound, StaleVersion, NotDraft, StorageUnavailable],
  options: Schema.Struct({
    expectedVersion: Schema.optional(ExpectedVersion).annotate({
      description:
        "The version that the communication must have: another one fails with `STALE_VERSION` and changes nothing"
    })
  }),
  metadata: versioned,
  run: (request, _, options) => Effect.map(completeCommunication(request, options), withVersion),
  summary: "Complete a communication",
  description:
    "Changes the state from DRAFT to COMPLETED. Only a draft can be completed, and only once: of concurrent callers exactly one succeeds. After `UNAVAILABLE`, retry: `NOT_DRAFT` then says when, by which user and in which request the communication was completed.",
  example: {
    request: { token: tokenExample, communication_identifier: { number: "41" } },
    result: completedExample
  }
})
