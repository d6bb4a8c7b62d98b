/** Writes the URL of a request and its parameters. */

/** The URL of a path on the server. */
export const urlOf = (baseUrl: string, path: string): string => `${baseUrl.replace(/\/+$/, "")}${path}`

/** The texts of a parameter: `key=value` for each key of an identifier (one empty text if it has none), one for each element of an array. */
const texts = (value: unknown): ReadonlyArray<string> => {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap(texts)
  if (typeof value !== "object") return [String(value)]
  const parts = Object.entries(value).flatMap(([key, inner]) => texts(inner).map((text) => `${key}=${text}`))
  return parts.length === 0 ? [""] : parts
}

/** The names and texts of the parameters of a request. */
export const queryTexts = (request: object): ReadonlyArray<readonly [name: string, text: string]> =>
  Object.entries(request).flatMap(([name, value]) => texts(value).map((text) => [name, text] as const))

/** The query of a request with its question mark, or an empty string. */
export const queryOf = (request: object): string => {
  const pairs = queryTexts(request).map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`)
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`
}
