import { Result } from "effect"
import type { Direction, Media } from "./Communication.ts"
import { parseCommunicationId } from "./CommunicationIdentifier.ts"
import { parseContactInformationId } from "./ContactInformationIdentifier.ts"
import { type CommunicationNotFound, type ContactInformationNotFound, InvalidQuery } from "./errors/index.ts"
import type { CommunicationId, ContactInformationId } from "./Identity.ts"
import type { LifeCycleState } from "./LifeCycle.ts"
import { checkNumberOfResults, largestOffset, pageSize } from "./PageSize.ts"

/** The filters of a list. */
export interface CommunicationsFilter {
  readonly life_cycle_state?: LifeCycleState | undefined
  readonly direction?: Direction | undefined
  readonly media?: Media | undefined
}

/** The query of a list, as the caller passes it. The contact, the state or both are required. */
export interface QueryInput extends CommunicationsFilter {
  readonly contact_information_identifier?: { readonly id: string } | undefined
  /** The maximum number of results, as `pageSize` limits it. */
  readonly number_of_results?: number | undefined
  /** The number of results to skip, 0 by default and at most `largestOffset`. Use `after` for what comes later. */
  readonly offset?: number | undefined
  /** The id of a communication; the list starts after it. */
  readonly after?: string | undefined
}

/** A valid query: newest first, starting after `after` if it is set, without the first `offset` results. */
export interface CommunicationsQuery extends CommunicationsFilter {
  readonly contact_information?: ContactInformationId | undefined
  readonly after?: CommunicationId | undefined
  readonly offset: number
  readonly limit: number
  /** Whether the results need no `content`, which may be large: it is null then. */
  readonly omitsContent?: boolean | undefined
}

/** Checks the required parameters and the ranges of a query. */
export const checkQuery = (given: QueryInput): Result.Result<void, InvalidQuery> => {
  const { number_of_results, offset = 0 } = given
  const refuse = (parameter: string, expected: string) => Result.fail(new InvalidQuery({ parameter, expected }))
  if (given.contact_information_identifier === undefined && given.life_cycle_state === undefined) {
    return refuse("contact_information_identifier", "at least one of contact_information_identifier, life_cycle_state")
  }
  const isValid = Number.isInteger(offset) && offset >= 0 && offset <= largestOffset
  return Result.andThen(checkNumberOfResults(number_of_results), () =>
    isValid
      ? Result.void
      : refuse("offset", `a whole number from 0 to ${largestOffset}; to read further, pass the last id as after`)
  )
}

/** Parses the ids of a query; a malformed id is reported as not found. */
export const parseQuery = (
  given: QueryInput
): Result.Result<CommunicationsQuery, ContactInformationNotFound | CommunicationNotFound> =>
  Result.gen(function* () {
    const { contact_information_identifier, number_of_results = pageSize.default, offset = 0, after, ...filter } = given
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
