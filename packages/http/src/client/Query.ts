/** How parameters are written in a query. */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** A parameter as text: an identifier as `key=value` (empty where it names nothing), several values one by one. */
const texts = (value: unknown): ReadonlyArray<string> => {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap(texts)
  if (!isObject(value)) return [String(value)]
  const parts = Object.entries(value).flatMap(([key, inner]) => texts(inner).map((text) => `${key}=${text}`))
  return parts.length === 0 ? [""] : parts
}

/** The parameters of a request as names and texts. */
export const queryTexts = (request: object): ReadonlyArray<readonly [name: string, text: string]> =>
  Object.entries(request).flatMap(([name, value]) => texts(value).map((text) => [name, text] as const))

/** The query of a request, with its question mark; empty without parameters. */
export const queryOf = (request: object): string => {
  const pairs = queryTexts(request).map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`)
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`
}
