import { flow } from "effect"
import { view } from "../domain/Communication.ts"
import { modifyCommunication } from "./ModifyCommunication.ts"
import { traced } from "./traced.ts"

/**
 * Marks a communication as viewed, at the time of the clock; what was viewed before stays as it is.
 *
 * Fails, in this order, with `InvalidToken`, `AmbiguousIdentifier`, `CommunicationNotFound`; with `StorageUnavailable`
 * at any time.
 */
export const viewCommunication = flow(modifyCommunication(view), traced("viewCommunication"))
