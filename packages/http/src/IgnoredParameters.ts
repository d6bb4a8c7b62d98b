/** Names the parameters that were ignored, as tokens of bounded length. It never has their values. */
export const ignoredHeader = (names: ReadonlyArray<string>): Readonly<Record<string, string>> => {
  if (names.length === 0) return {}
  const tokens = names.slice(0, 20).map((name) => name.slice(0, 64).replace(/[^\w!#$%&'*+.^`|~-]/g, "_") || "_")
  return { "x-ignored-parameters": tokens.join(", ") }
}
