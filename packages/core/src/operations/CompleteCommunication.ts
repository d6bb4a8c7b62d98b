import { Effect, Result, Schema } from "effect"
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
import { type OnceOptions, once } from "../use-cases/Once.ts"
import { completedExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { idempotencyOption, type NamedRequest, named, replayMetadata } from "./Parameters.ts"

/** Completes a draft, and reports whether an earlier request with the same idempotency key has completed it. */
const completeOnce = Effect.fnUntraced(function* (request: NamedRequest, options: OnceOptions = {}) {
  const communications = yield* Communications
  const caller = yield* authenticate(request)
  const given = request.communication_identifier
  const parsed = parseIdentifier(given)
  if (Result.isFailure(parsed) && parsed.failure._tag === "AmbiguousIdentifier") return yield* parsed.failure
  const act = yield* actOf(caller)
  const keyed = {
    makes: "communication",
    caller,
    key: options.idempotencyKey,
    operation: "communications/complete",
    parameters: { identifier: Result.getOrElse(parsed, () => given) }
  } as const
  return yield* once(keyed, (idempotency) =>
    Effect.flatMap(Effect.fromResult(parsed), (identifier) =>
      communications.take(caller.organisation, identifier, completion, { ...act, idempotency })
    )
  )
})

/**
 * Completes a draft of the caller's organisation, at the current time. With an idempotency key, a repeated request
 * returns the communication that the first one completed.
 *
 * Errors, in this order: `InvalidToken`, `AmbiguousIdentifier`, `IdempotencyKeyReused`, `CommunicationNotFound`,
 * `NotDraft`; `StorageUnavailable` at any time.
 * Source: CRM.COM Web API, `POST communications/complete`.
 */
export const completeCommunication = (request: NamedRequest, options?: OnceOptions) =>
  Effect.map(completeOnce(request, options), ({ value }) => value)

/** `POST communications/complete`. */
export const complete = operation({
  name: "communications/complete",
  operationId: "completeCommunication",
  user: "authenticated",
  request: named,
  result: CommunicationDetails,
  documented: CommunicationData,
  nameable: CommunicationDetails,
  options: Schema.Struct(idempotencyOption),
  metadata: Schema.Struct(replayMetadata),
  errors: [
    InvalidToken,
    AmbiguousIdentifier,
    IdempotencyKeyReused,
    CommunicationNotFound,
    NotDraft,
    StorageUnavailable
  ],
  run: (request, _, options) =>
    Effect.map(completeOnce(request, options), ({ value, ...metadata }) => ({ ...metadata, value: toDetails(value) })),
  summary: "Complete a communication",
  description:
    "Changes the state from DRAFT to COMPLETED. Only a draft can be completed, and only once: of concurrent callers exactly one succeeds. After `UNAVAILABLE`, retry: `NOT_DRAFT` then means that the communication is completed.",
  example: {
    request: { token: tokenExample, communication_identifier: { number: "41" } },
    result: completedExample
  }
})
