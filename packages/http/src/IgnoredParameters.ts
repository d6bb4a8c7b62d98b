import type { Operations } from "@communications/core"
import { requestHeaders } from "./Headers.ts"
import type { HttpRequest } from "./HttpRequest.ts"
import { headersIn } from "./Options.ts"
import { verbOf } from "./Paths.ts"

/** Names parameters as tokens of bounded length. It never has their values. */
const headerOf = (names: ReadonlyArray<string>): Readonly<Record<string, string>> => {
  const tokens = names.slice(0, 20).map((name) => name.slice(0, 64).replace(/[^\w!#$%&'*+.^`|~-]/g, "_") || "_")
  return { "x-ignored-parameters": tokens.join(", ") }
}

/**
 * Makes the function that names what the operation ignores in a request: unknown parameters, those in the query of a POST
 * request, and the headers of options that other operations have. An operation that refuses unknown parameters ignores
 * none. It returns `undefined` if nothing is ignored.
 */
export const makeIgnoredHeader = ({ name, options, refusesUnknown, unknownIn }: Operations) => {
  const readsQuery = verbOf(name) === "GET"
  const accepted = headersIn(requestHeaders, options).map(({ header }) => header)
  const others = Object.values(requestHeaders).flatMap(({ header }) =>
    accepted.includes(header) ? [] : [{ header, key: header.toLowerCase() }]
  )
  return (parameters: unknown, query: string, { headers }: HttpRequest) => {
    const names = refusesUnknown ? [] : [...unknownIn(parameters)]
    if (!readsQuery) names.push(...new URLSearchParams(query).keys())
    for (const { header, key } of others) if (headers[key] !== undefined) names.push(header)
    return names.length === 0 ? undefined : headerOf(names)
  }
}
