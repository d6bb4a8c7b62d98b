import { DateTime, Effect, type Redacted } from "effect"
import { parseToken } from "../domain/Caller.ts"
import { complete } from "../domain/Communication.ts"
import { parseIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { GivenIdentifier } from "../domain/Errors.ts"
import { Communications } from "../ports/Communications.ts"
import { Sessions } from "../ports/Sessions.ts"

/** Which communication to complete, and the token of who asks for it. */
export interface CompleteCommunication {
  readonly token: Redacted.Redacted<string>
  readonly identifier: GivenIdentifier
}

/**
 * Completes a draft of the caller's organisation at the time of the clock.
 *
 * Fails, in this order, with `InvalidToken`, `AmbiguousIdentifier`, `CommunicationNotFound`, `NotDraft`; with
 * `StorageUnavailable` at any time. Source: CRM.COM Web API, `POST communications/complete`.
 */
export const completeCommunication = Effect.fn("completeCommunication")(function* (request: CompleteCommunication) {
  const sessions = yield* Sessions
  const communications = yield* Communications
  const token = yield* Effect.fromResult(parseToken(request.token))
  const { organisation, user } = yield* sessions.authenticate(token)
  const identifier = yield* Effect.fromResult(parseIdentifier(request.identifier))
  const at = yield* DateTime.now
  return yield* communications.modify(organisation, identifier, (communication) =>
    complete(communication, { at, by: user })
  )
})
