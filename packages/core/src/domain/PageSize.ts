import { Result } from "effect"
import { InvalidQuery } from "./errors/index.ts"

/** The default and the maximum number of results of a list. */
export const pageSize = { default: 25, max: 100 } as const

/** The maximum `offset` of a list: the database reads all that it skips, and `after` has no such cost. */
export const largestOffset = 1_000

/** Checks the number of results of a list. */
export const checkNumberOfResults = (
  number_of_results: number = pageSize.default
): Result.Result<void, InvalidQuery> =>
  Number.isInteger(number_of_results) && number_of_results >= 1 && number_of_results <= pageSize.max
    ? Result.void
    : Result.fail(
        new InvalidQuery({ parameter: "number_of_results", expected: `a whole number from 1 to ${pageSize.max}` })
      )

/** Cuts a page from a list that was read with one more element. `nextAfter` is absent on the last page. */
export const pageOf = <A extends { readonly id: unknown }>(
  found: ReadonlyArray<A>,
  limit: number
): { readonly page: ReadonlyArray<A>; readonly nextAfter?: A["id"] } => {
  const page = found.slice(0, limit)
  const last = page.length === found.length ? undefined : page.at(-1)
  return last === undefined ? { page } : { page, nextAfter: last.id }
}
