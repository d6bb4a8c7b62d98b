import { Result } from "effect"
import { InvalidQuery } from "./errors/index.ts"

/** The default and the maximum number of results of a list. */
export const pageSize = { default: 25, max: 100 } as const

/** Checks the number of results of a list. */
export const checkNumberOfResults = (
  number_of_results: number = pageSize.default
): Result.Result<void, InvalidQuery> =>
  Number.isInteger(number_of_results) && number_of_results >= 1 && number_of_results <= pageSize.max
    ? Result.void
    : Result.fail(
        new InvalidQuery({ parameter: "number_of_results", expected: `a whole number from 1 to ${pageSize.max}` })
      )
