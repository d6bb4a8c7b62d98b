/** The items in the order of a round. Each round starts with the next item, so that no item always comes first. */
export const rotated = <A>(items: ReadonlyArray<A>, round: number): ReadonlyArray<A> => {
  const first = round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}
