import { Effect } from "effect"
import {
  CommunicationDetails,
  CommunicationWithHistory,
  toDetails,
  toHistoryEntryData
} from "../domain/CommunicationData.ts"
import { parseIdentifier } from "../domain/CommunicationIdentifier.ts"
import { AmbiguousIdentifier, CommunicationNotFound, InvalidToken, StorageUnavailable } from "../domain/errors/index.ts"
import { type FieldsSet, hasField } from "../domain/FieldsSet.ts"
import type { Name, UserId } from "../domain/Identity.ts"
import { Accounts } from "../ports/Accounts.ts"
import { Communications } from "../ports/Communications.ts"
import { authenticate } from "../use-cases/Authentication.ts"
import { tokenExample } from "./examples.ts"
import { operation } from "./Operation.ts"
import { type NamedRequest, named, versioned, withVersion } from "./Parameters.ts"

/**
 * Returns the communication of the caller's organisation with this identifier.
 *
 * Errors, in this order: `InvalidToken`, `AmbiguousIdentifier`, `CommunicationNotFound`; `StorageUnavailable` at any
 * time.
 * Source: CRM.COM Web API, `GET communications/show`.
 */
export const showCommunication = Effect.fnUntraced(function* (request: NamedRequest) {
  const communications = yield* Communications
  const { organisation } = yield* authenticate(request)
  const identifier = yield* Effect.fromResult(parseIdentifier(request.communication_identifier))
  return yield* communications.find(organisation, identifier)
})

/** Returns the communication with its history, oldest entry first. Fails like `showCommunication`. */
export const showHistory = Effect.fnUntraced(function* (request: NamedRequest) {
  const communications = yield* Communications
  const caller = yield* authenticate(request)
  const { communication_identifier } = request
  const communication = yield* showCommunication({ caller, communication_identifier })
  return { communication, history: yield* communications.history(caller.organisation, communication.id) }
})

const noNames: ReadonlyMap<UserId, Name> = new Map()

/**
 * Returns the result of `show` with the history. Usernames are looked up only for a token: the users of a host that
 * authenticates them itself are not in `Accounts`, and the host may have no right to read it.
 */
const showNamedHistory = Effect.fnUntraced(function* (request: NamedRequest, fields: FieldsSet) {
  const accounts = yield* Accounts
  const caller = yield* authenticate(request)
  const { communication_identifier } = request
  const { communication, history } = yield* showHistory({ caller, communication_identifier })
  const names =
    request.token !== undefined && hasField(fields, "history.by_username")
      ? yield* accounts.usernames(
          caller.organisation,
          history.map(({ by }) => by)
        )
      : noNames
  return {
    value: {
      ...toDetails(communication),
      history: history.map((entry) => toHistoryEntryData(entry, names.get(entry.by) ?? null))
    },
    version: communication.version
  }
})

/** `GET communications/show`. */
export const show = operation({
  name: "communications/show",
  operationId: "showCommunication",
  user: "authenticated",
  request: named,
  result: CommunicationDetails,
  nameable: CommunicationWithHistory,
  errors: [InvalidToken, AmbiguousIdentifier, CommunicationNotFound, StorageUnavailable],
  metadata: versioned,
  run: (request, fields) =>
    hasField(fields, "history")
      ? showNamedHistory(request, fields)
      : Effect.map(showCommunication(request), withVersion),
  summary: "Show a communication",
  description: "The result includes the history, oldest entry first, only if `fields_set` names `history`.",
  example: {
    request: {
      token: tokenExample,
      communication_identifier: { number: "41" },
      fields_set: "number,life_cycle_state,history"
    },
    result: {
      number: "41",
      life_cycle_state: "COMPLETED",
      history: [
        {
          ...{ from: "DRAFT", to: "COMPLETED", at: "2026-01-15T16:45:00" },
          ...{ by: tokenExample, by_username: "demo", request_id: null }
        }
      ]
    }
  }
})
