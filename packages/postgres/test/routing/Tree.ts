/** Reads the syntax trees of PostgreSQL's own parser, in which each node is an object whose only member names its kind. */

/** The members of a node. */
export type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members => typeof value === "object" && value !== null

/** The members of a value that is a node of this kind; undefined otherwise. */
export const nodeOf = (value: unknown, kind: string): Members | undefined => {
  if (!isObject(value)) return undefined
  const members = value[kind]
  return isObject(members) ? members : undefined
}

/** The members of a value that is an object; none otherwise. */
export const membersOf = (value: unknown): Members => (isObject(value) ? value : {})

/** The values of a list; none if it is absent. */
export const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** Every node in a tree, with its kind, from the outside in. It does not enter the nodes for which `isOpaque` is true. */
export function* nodesIn(
  tree: unknown,
  isOpaque: (kind: string, members: Members) => boolean = () => false
): Generator<readonly [kind: string, members: Members]> {
  if (!isObject(tree)) return
  for (const [kind, value] of Object.entries(tree)) {
    if (/^[A-Z]/.test(kind) && isObject(value) && !Array.isArray(value)) {
      yield [kind, value]
      if (isOpaque(kind, value)) continue
    }
    yield* nodesIn(value, isOpaque)
  }
}

/** Whether a tree has a node of one of these kinds, which satisfies the predicate. */
export const hasNode = (tree: unknown, kinds: ReadonlyArray<string>, is: (members: Members) => boolean = () => true) =>
  [...nodesIn(tree)].some(([kind, members]) => kinds.includes(kind) && is(members))

/** The texts of a list of `String` nodes. */
export const textsOf = (list: unknown): ReadonlyArray<string> =>
  listOf(list).flatMap((item) => {
    const text = nodeOf(item, "String")?.sval
    return typeof text === "string" ? [text] : []
  })
