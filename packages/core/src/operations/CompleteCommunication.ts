import { Effect, Result, Schema } from "effect"
import { CommunicationData, CommunicationDetails } from "../domain/CommunicationData.ts"
import { parseIdentifier } from "../domain/CommunicationIdentifier.ts"
import {
  AmbiguousIdentifier,
  CommunicationNotFound,
  IdempotencyKeyReused,
  InvalidToken,
  NotDraft,
  StaleVersion,
  StorageUnavailable
} from "../domain/errors/index.ts"
import { completion, type StepOptions } from "../domain/Steps.ts"
import { ExpectedVersion } from "../domain/Version.ts"
import { Communications } from "../ports/Communications.ts"
import { actOf, authenticate } from "../use-cases/Authentication.ts"
import { type OnceOptions, once } from "../use-cases/Once.ts"
import { completedExample, tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { idempotencyOption, type NamedRequest, named, replayMetadata, versioned, withVersion } from "./Parameters.ts"

/** Completes a draft, and reports whether an earlier request with the same idempotency key has completed it. */
const completeOnce = Effect.fnUntraced(function* (request: NamedRequest, options: StepOptions & OnceOptions = {}) {
  const communications = yield* Communications
  const caller = yield* authenticate(request)
  const given = request.communication_identifier
  const { expectedVersion = null } = options
  const parsed = parseIdentifier(given)
  if (Result.isFailure(parsed) && parsed.failure._tag === "AmbiguousIdentifier") return yield* parsed.failure
  const act = yield* actOf(caller)
  const keyed = {
    makes: "communication",
    caller,
    key: options.idempotencyKey,
    operation: "communications/complete",
    parameters: {
      identifier: Result.getOrElse(parsed, () => given),
      expectedVersion: expectedVersion === null ? null : [expectedVersion].flat()
    }
  } as const
  return yield* once(keyed, (idempotency) =>
    Effect.flatMap(Effect.fromResult(parsed), (identifier) =>
      communications.take(caller.organisation, identifier, completion, { ...act, idempotency }, options)
    )
  )
})

/**
 * Completes a draft of the caller's organisation, at the current time. With `expectedVersion` only that version. With an
 * idempotency key, a repeated request returns the communication that the first one completed.
 *
 * Errors, in this order: `InvalidToken`, `AmbiguousIdentifier`, `IdempotencyKeyReused`, `CommunicationNotFound`,
 * `StaleVersion`, `NotDraft`; `StorageUnavailable` at any time.
 * Source: CRM.COM Web API, `POST communications/complete`.
 */
export const completeCommunication = (request: NamedRequest, options?: StepOptions & OnceOptions) =>
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
  errors: [
    InvalidToken,
    AmbiguousIdentifier,
    IdempotencyKeyReused,
    CommunicationNotFound,
    StaleVersion,
    NotDraft,
    StorageUnavailable
  ],
  options: Schema.Struct({
    expectedVersion: Schema.optional(ExpectedVersion).annotate({
      description:
        "The version that the communication must have: another one fails with `STALE_VERSION` and changes nothing"
    }),
    ...idempotencyOption
  }),
  metadata: Schema.Struct({ ...versioned.fields, ...replayMetadata }),
  run: (request, _, options) =>
    Effect.map(completeOnce(request, options), ({ value, ...metadata }) => ({ ...metadata, ...withVersion(value) })),
  summary: "Complete a communication",
  description:
    "Changes the state from DRAFT to COMPLETED. Only a draft can be completed, and only once: of concurrent callers exactly one succeeds. After `UNAVAILABLE`, retry: `NOT_DRAFT` then says when, by which user and in which request the communication was completed.",
  example: {
    request: { token: tokenExample, communication_identifier: { number: "41" } },
    result: completedExample
  }
})
