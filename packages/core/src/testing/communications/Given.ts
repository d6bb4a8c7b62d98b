/** Shared setup of the clauses about communications, and access to the stored data. */
import { Effect, Schema } from "effect"
import type { Communication, Completed, Draft } from "../../domain/Communication.ts"
import type { CommunicationIdentifier } from "../../domain/CommunicationIdentifier.ts"
import { type OrganisationId, UserId } from "../../domain/Identity.ts"
import type { Act, HistoryEntry } from "../../domain/LifeCycle.ts"
import { Text } from "../../domain/Text.ts"
import { Instant } from "../../domain/Time.ts"
import { Communications } from "../../ports/Communications.ts"
import type { ContactInformations } from "../../ports/ContactInformations.ts"
import type { Clause } from "../Clause.ts"
import { aDraft, anAct, aPerson, freshOrganisation, store } from "../Fixtures.ts"

/** Clauses of `Communications`. They also store contacts, because every communication has one. */
export type Clauses = ReadonlyArray<Clause<Communications | ContactInformations>>

/** The schema of acts, to generate them. */
export const Acts = Schema.Struct({ at: Instant, by: UserId, request_id: Schema.NullOr(Text) })

/** The identifier of a communication by id. */
export const byId = ({ id }: Communication): CommunicationIdentifier => ({ _tag: "Id", id })
/** The identifier of a communication by number. */
export const byNumber = ({ number }: Communication): CommunicationIdentifier => ({ _tag: "Number", number })

/** The completed communication after this act. */
export const completedBy = (draft: Draft, { at, by }: Act): Completed => ({
  ...draft,
  _tag: "Completed",
  version: draft.version + 1,
  completed_at: at,
  completed_by: by
})

/** Finds the stored communication. */
export const stored = (organisation: OrganisationId, identifier: CommunicationIdentifier) =>
  Effect.flatMap(Communications, (communications) => communications.find(organisation, identifier))

/** Returns the stored history of a communication. */
export const historyOf = (organisation: OrganisationId, { id }: Communication) =>
  Effect.flatMap(Communications, (communications) => communications.history(organisation, id))

/** The history entry of the creation of a draft. */
export const creationBy = (act: Act): HistoryEntry => ({ from: null, to: "DRAFT", ...act })
/** The history entry of a completion. */
export const completionBy = (act: Act): HistoryEntry => ({ from: "DRAFT", to: "COMPLETED", ...act })

const first = `${"0".repeat(31)}1`

/** By id, it and its contact come before all others. */
const untouched = aDraft({ id: first, number: "another", contact_information: aPerson({ id: first }) })

/** Stores a draft in a new organisation, after another one that no clause may touch. */
export const given = Effect.gen(function* () {
  const communications = yield* Communications
  const [organisation, draft, added] = [freshOrganisation(), aDraft(), anAct()]
  yield* store(organisation, untouched)
  yield* store(organisation, draft, added)
  return { communications, organisation, draft, added }
})
