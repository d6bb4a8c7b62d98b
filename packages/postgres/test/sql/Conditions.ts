/** Finds the conditions of a statement and drops them. */
import { deparse, parse } from "pgsql-parser"

type Node = Parameters<typeof deparse>[0]

/** A statement without one of its conditions. */
export interface Mutant {
  readonly condition: string
  readonly text: string
}

/** The members of PostgreSQL's syntax tree that contain a condition. */
const conditional = new Set(["whereClause", "quals", "agg_filter", "havingClause"])

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null

const orTrue = (condition: unknown) => ({
  BoolExpr: { boolop: "OR_EXPR", args: [condition, { A_Const: { boolval: { boolval: true } } }] }
})

/** The places of a tree that contain a condition; each term of an `AND` is a condition. */
function* places(tree: unknown): Generator<readonly [parent: Record<string, unknown>, member: string]> {
  if (!isObject(tree)) return
  for (const [member, value] of Object.entries(tree)) {
    yield* places(value)
    if (!conditional.has(member) || !isObject(value)) continue
    const { BoolExpr: all } = value
    if (isObject(all) && all.boolop === "AND_EXPR" && isObject(all.args)) {
      for (const index of Object.keys(all.args)) yield [all.args, index]
    } else yield [tree, member]
  }
}

/** The statement as it is printed from its tree, and its mutants. A dropped condition stays as `… OR true`, which keeps the types of its parameters. */
export const mutantsOf = async (
  text: string
): Promise<{ readonly printed: string; readonly mutants: ReadonlyArray<Mutant> }> => {
  const tree = await parse(text)
  const printed = await deparse(tree)
  const mutants: Array<Mutant> = []
  for (const [parent, member] of places(tree)) {
    const condition = parent[member]
    if ((await deparse(condition as Node)) === "true") continue
    parent[member] = orTrue(condition)
    mutants.push({ condition: await deparse(condition as Node), text: await deparse(tree) })
    parent[member] = condition
  }
  return { printed, mutants }
}
