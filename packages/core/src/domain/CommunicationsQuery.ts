import { Result } from "effect"
import type { Direction, Media } from "./Communication.ts"
import { parseCommunicationId } from "./CommunicationIdentifier.ts"
import { parseContactInformationId } from "./ContactInformationIdentifier.ts"
import { type CommunicationNotFound, type ContactInformationNotFound, InvalidQuery } from "./errors/index.ts"
import type { CommunicationId, ContactInformationId } from "./Identity.ts"
import type { LifeCycleState } from "./LifeCycle.ts"

/** The filters of a list. */
interface Filter {
  readonly life_cycle_state?: LifeCycleState | undefined
  readonly direction?: Direction | undefined
  readonly media?: Media | undefined
}

/** A list as a caller requests it. At least one of the contact and the state is mandatory. */
export interface GivenQuery extends Filter {
  readonly contact_information_identifier?: { readonly id: string } | undefined
  /** 25 by default, at most 100. */
  readonly number_of_results?: number | undefined
  /** How many to skip, 0 by default. It reads what it skips; `after` costs the same at any depth. */
  readonly offset?: number | undefined
  /** The id of a communication: the list starts behind it. */
  readonly after?: string | undefined
}

/** A valid list: newest first, all of it or the part behind `after`, without the first `offset`. */
export interface CommunicationsQuery extends Filter {
  readonly contact_information?: ContactInformationId | undefined
  readonly after?: CommunicationId | undefined
  readonly offset: number
  readonly limit: number
}

/** How many communications a list has by default, and at most. */
export const pageSize = { usual: 25, most: 100 } as const

/** Checks the parts of a list that need no storage. */
export const checkQuery = (given: GivenQuery): Result.Result<void, InvalidQuery> => {
  const { number_of_results = pageSize.usual, offset = 0 } = given
  const refuse = (parameter: string, expected: string) => Result.fail(new InvalidQuery({ parameter, expected }))
  if (given.contact_information_identifier === undefined && given.life_cycle_state === undefined) {
    return refuse("contact_information_identifier", "at least one of contact_information_identifier, life_cycle_state")
  }
  if (!(Number.isInteger(number_of_results) && number_of_results >= 1 && number_of_results <= pageSize.most)) {
    return refuse("number_of_results", `a whole number from 1 to ${pageSize.most}`)
  }
  return Number.isSafeInteger(offset) && offset >= 0 ? Result.void : refuse("offset", "a whole number from 0")
}

/** Reads the ids in a list; a malformed id is reported as not found. */
export const parseQuery = (
  given: GivenQuery
): Result.Result<CommunicationsQuery, ContactInformationNotFound | CommunicationNotFound> =>
  Result.gen(function* () {
    const { contact_information_identifier, number_of_results = pageSize.usual, offset = 0, after, ...filter } = given
    return {
      ...filter,
      contact_information:
        contact_information_identifier === undefined
          ? undefined
          : yield* parseContactInformationId(contact_information_identifier.id),
      after: after === undefined ? undefined : yield* parseCommunicationId(after),
      offset,
      limit: number_of_results
    }
  })
