import { Effect } from "effect"
import { view } from "../domain/Communication.ts"
import { parseIdentifier } from "../domain/CommunicationIdentifier.ts"
import { Communications } from "../ports/Communications.ts"
import { actOf, authenticate } from "./Authentication.ts"
import type { CommunicationRequest } from "./CompleteCommunication.ts"
import { traced } from "./traced.ts"

/**
 * Marks a communication as viewed, at the time of the clock; what was viewed before stays as it is.
 *
 * Fails, in this order, with `InvalidToken`, `AmbiguousIdentifier`, `CommunicationNotFound`; with `StorageUnavailable`
 * at any time.
 */
export const viewCommunication = Effect.fnUntraced(function* (request: CommunicationRequest) {
  const communications = yield* Communications
  const caller = yield* authenticate(request)
  const identifier = yield* Effect.fromResult(parseIdentifier(request.identifier))
  return yield* communications.modify(caller.organisation, identifier, view, yield* actOf(caller))
}, traced("viewCommunication"))
