import { Effect, Result } from "effect"
import type { Communication } from "../domain/Communication.ts"
import { parseIdentifier } from "../domain/CommunicationIdentifier.ts"
import type { Act } from "../domain/LifeCycle.ts"
import { Communications } from "../ports/Communications.ts"
import { actOf, authenticate, type CommunicationRequest } from "./Authentication.ts"

/** Makes what modifies a communication of the caller's organisation, at the time of the clock. */
export const modifyCommunication = <A extends Communication, E>(
  transition: (communication: Communication, act: Act) => Result.Result<A, E>
) =>
  Effect.fnUntraced(function* (request: CommunicationRequest) {
    const communications = yield* Communications
    const identifier = parseIdentifier(request.identifier)
    const caller = yield* authenticate(request, Result.getOrUndefined(identifier))
    const named = yield* Effect.fromResult(identifier)
    return yield* communications.modify(caller.organisation, named, transition, yield* actOf(caller), caller.glance)
  })
