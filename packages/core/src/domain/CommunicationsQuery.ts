import { Result } from "effect"
import type { Direction, Media } from "./Communication.ts"
import { parseCommunicationId } from "./CommunicationIdentifier.ts"
import { parseContactInformationId } from "./ContactInformationIdentifier.ts"
import { type CommunicationNotFound, type ContactInformationNotFound, InvalidQuery } from "./Errors.ts"
import type { CommunicationId, ContactInformationId } from "./Identity.ts"
import type { LifeCycleState } from "./LifeCycle.ts"

/** What a list may be restricted to: at least a contact or a state. */
interface Filter {
  readonly life_cycle_state?: LifeCycleState | undefined
  readonly direction?: Direction | undefined
  readonly media?: Media | undefined
}

/** A list as a caller asks for it: 25 results unless it says otherwise, from the newest unless it starts deeper. */
export interface GivenQuery extends Filter {
  readonly contact_information?: string | undefined
  readonly number_of_results?: number | undefined
  /** How many to skip. The deeper, the slower; `after` costs the same at any depth. */
  readonly offset?: number | undefined
  /** The id of a communication: the list starts behind it. */
  readonly after?: string | undefined
}

/** A list that can be given: newest first, all of it or what is behind `after`, without the first `offset`. */
export interface CommunicationsQuery extends Filter {
  readonly contact_information?: ContactInformationId | undefined
  readonly after?: CommunicationId | undefined
  readonly offset: number
  readonly limit: number
}

/** How many communications a list has where nothing is said, and how many it has at most. */
export const pageSize = { usual: 25, most: 100 } as const

/** Whether a list can be given at all: what is wrong with it that no storage need be asked for. */
export const checkQuery = (given: GivenQuery): Result.Result<void, InvalidQuery> => {
  const { number_of_results = pageSize.usual, offset = 0 } = given
  const refuse = (parameter: string, expected: string) => Result.fail(new InvalidQuery({ parameter, expected }))
  if (given.contact_information === undefined && given.life_cycle_state === undefined) {
    return refuse("contact_information_identifier", "at least one of contact_information_identifier, life_cycle_state")
  }
  if (!(Number.isInteger(number_of_results) && number_of_results >= 1 && number_of_results <= pageSize.most)) {
    return refuse("number_of_results", `a whole number from 1 to ${pageSize.most}`)
  }
  return Number.isSafeInteger(offset) && offset >= 0 ? Result.void : refuse("offset", "a whole number from 0")
}

/** Reads what names things in a query that can be given; what nothing can be named is not found. */
export const parseQuery = (
  given: GivenQuery
): Result.Result<CommunicationsQuery, ContactInformationNotFound | CommunicationNotFound> =>
  Result.gen(function* () {
    const { contact_information, number_of_results = pageSize.usual, offset = 0, after, ...filter } = given
    return {
      ...filter,
      contact_information:
        contact_information === undefined ? undefined : yield* parseContactInformationId(contact_information),
      after: after === undefined ? undefined : yield* parseCommunicationId(after),
      offset,
      limit: number_of_results
    }
  })
