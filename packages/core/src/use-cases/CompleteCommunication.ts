import { flow } from "effect"
import { complete } from "../domain/Communication.ts"
import { modifyCommunication } from "./ModifyCommunication.ts"
import { traced } from "./traced.ts"

/**
 * Completes a draft of the caller's organisation at the time of the clock.
 *
 * Fails, in this order, with `InvalidToken`, `AmbiguousIdentifier`, `CommunicationNotFound`, `NotDraft`; with
 * `StorageUnavailable` at any time. Source: CRM.COM Web API, `POST communications/complete`.
 */
export const completeCommunication = flow(modifyCommunication(complete), traced("completeCommunication"))
