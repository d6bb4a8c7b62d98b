import { Effect } from "effect"
import { parseIdentifier } from "../domain/CommunicationIdentifier.ts"
import { Communications } from "../ports/Communications.ts"
import { authenticate, type CommunicationRequest } from "./Authentication.ts"
import { traced } from "./traced.ts"

/**
 * The communication of the caller's organisation that is named.
 *
 * Fails, in this order, with `InvalidToken`, `AmbiguousIdentifier`, `CommunicationNotFound`; with `StorageUnavailable`
 * at any time. Source: CRM.COM Web API, `GET communications/show`.
 */
export const showCommunication = Effect.fnUntraced(function* (request: CommunicationRequest) {
  const communications = yield* Communications
  const { organisation } = yield* authenticate(request)
  return yield* communications.find(organisation, yield* Effect.fromResult(parseIdentifier(request.identifier)))
}, traced("showCommunication"))

/** The same, with the steps that the communication took, oldest first. */
export const showHistory = Effect.fnUntraced(function* (request: CommunicationRequest) {
  const communications = yield* Communications
  const caller = yield* authenticate(request)
  const communication = yield* showCommunication({ caller, identifier: request.identifier })
  return { communication, history: yield* communications.history(caller.organisation, communication.id) }
}, traced("showHistory"))
