/** The items in the order of a round. Each round begins with another item, so that no item is always the first. */
export const rotated = <A>(items: ReadonlyArray<A>, round: number): ReadonlyArray<A> => {
  const first = round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}
