/** The communications that the clauses begin with, and how they look at what is stored. */
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
import { aDraft, anAct, freshOrganisation, store } from "../Fixtures.ts"

/** Clauses of `Communications`, which need contacts for their communications. */
export type Clauses = ReadonlyArray<Clause<Communications | ContactInformations>>

/** Any act. */
export const Acts = Schema.Struct({ at: Instant, by: UserId, request_id: Schema.NullOr(Text) })

/** Names a communication by its id. */
export const byId = ({ id }: Communication): CommunicationIdentifier => ({ _tag: "Id", id })
/** Names a communication by its number. */
export const byNumber = ({ number }: Communication): CommunicationIdentifier => ({ _tag: "Number", number })

/** The communication that a draft becomes when the act completes it. */
export const completedBy = (draft: Draft, { at, by }: Act): Completed => ({
  ...draft,
  _tag: "Completed",
  completed_at: at,
  completed_by: by
})

/** The stored communication of that identifier. */
export const stored = (organisation: OrganisationId, identifier: CommunicationIdentifier) =>
  Effect.flatMap(Communications, (communications) => communications.find(organisation, identifier))

/** The stored history of a communication. */
export const historyOf = (organisation: OrganisationId, { id }: Communication) =>
  Effect.flatMap(Communications, (communications) => communications.history(organisation, id))

/** The history entry of the creation of a draft. */
export const creationBy = (act: Act): HistoryEntry => ({ from: null, to: "DRAFT", ...act })
/** The history entry of a completion. */
export const completionBy = (act: Act): HistoryEntry => ({ from: "DRAFT", to: "COMPLETED", ...act })

/** A draft, stored in an organisation of its own. */
export const given = Effect.gen(function* () {
  const communications = yield* Communications
  const [organisation, draft, added] = [freshOrganisation(), aDraft(), anAct()]
  yield* store(organisation, draft, added)
  return { communications, organisation, draft, added }
})
