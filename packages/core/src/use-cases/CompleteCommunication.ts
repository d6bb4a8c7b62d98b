import { Effect } from "effect"
import { complete } from "../domain/Communication.ts"
import { parseIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { GivenIdentifier } from "../domain/Errors.ts"
import { Communications } from "../ports/Communications.ts"
import { type Authentication, actOf, authenticate } from "./Authentication.ts"
import { traced } from "./traced.ts"

/** Who asks for which communication. */
export type CommunicationRequest = Authentication & { readonly identifier: GivenIdentifier }

/**
 * Completes a draft of the caller's organisation at the time of the clock.
 *
 * Fails, in this order, with `InvalidToken`, `AmbiguousIdentifier`, `CommunicationNotFound`, `NotDraft`; with
 * `StorageUnavailable` at any time. Source: CRM.COM Web API, `POST communications/complete`.
 */
export const completeCommunication = Effect.fnUntraced(function* (request: CommunicationRequest) {
  const communications = yield* Communications
  const caller = yield* authenticate(request)
  const identifier = yield* Effect.fromResult(parseIdentifier(request.identifier))
  return yield* communications.modify(caller.organisation, identifier, complete, yield* actOf(caller))
}, traced("completeCommunication"))
