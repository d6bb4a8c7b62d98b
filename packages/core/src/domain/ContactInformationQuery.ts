import { Result } from "effect"
import type { ContactInformationType } from "./ContactInformation.ts"
import { parseContactInformationId } from "./ContactInformationIdentifier.ts"
import type { ContactInformationNotFound } from "./errors/index.ts"
import type { ContactInformationId } from "./Identity.ts"
import { pageSize } from "./PageSize.ts"

/** The filters of a list of contact information. */
export interface ContactInformationFilter {
  /** The beginning of the name, of at most 100 characters; case and accents are ignored. */
  readonly name?: string | undefined
  readonly type?: ContactInformationType | undefined
}

/** The query of a list of contact information, as the caller passes it. */
export interface ContactInformationQueryInput extends ContactInformationFilter {
  /** The maximum number of results: from 1 to 100, 25 by default. */
  readonly number_of_results?: number | undefined
  /** The id of a contact; the list starts after it. */
  readonly after?: string | undefined
}

/** A valid query of contact information: newest first, starting after `after` if it is set. */
export interface ContactInformationQuery extends ContactInformationFilter {
  readonly after?: ContactInformationId | undefined
  readonly limit: number
}

/** Parses the id of a query; a malformed id is reported as not found. */
export const parseContactInformationQuery = ({
  number_of_results = pageSize.default,
  after,
  ...filter
}: ContactInformationQueryInput): Result.Result<ContactInformationQuery, ContactInformationNotFound> =>
  Result.map(after === undefined ? Result.succeed(undefined) : parseContactInformationId(after), (id) => ({
    ...filter,
    after: id,
    limit: number_of_results
  }))
