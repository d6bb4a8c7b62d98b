import type { Operations } from "@communications/core"
import { verbOf } from "./Paths.ts"

/** Names parameters as tokens of bounded length. It never has their values. */
const headerOf = (names: ReadonlyArray<string>): Readonly<Record<string, string>> => {
  if (names.length === 0) return {}
  const tokens = names.slice(0, 20).map((name) => name.slice(0, 64).replace(/[^\w!#$%&'*+.^`|~-]/g, "_") || "_")
  return { "x-ignored-parameters": tokens.join(", ") }
}

/**
 * Makes the function that names the parameters of a request that the operation has ignored: unknown ones, and those in
 * the query of a POST request. An operation that refuses unknown parameters ignores none.
 */
export const makeIgnoredHeader = ({ name, refusesUnknown, unknownIn }: Operations) => {
  const readsQuery = verbOf(name) === "GET"
  return (parameters: unknown, query: string): Readonly<Record<string, string>> => {
    const unknown = refusesUnknown ? [] : unknownIn(parameters)
    return headerOf(readsQuery || query === "" ? unknown : [...unknown, ...new URLSearchParams(query).keys()])
  }
}
