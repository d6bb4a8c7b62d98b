/** One level of a query: its tables and conditions, without those of its subqueries and of its common table expressions. */
import { distribution, type TableName } from "@communications/postgres"
import { listOf, type Members, membersOf, nodeOf, nodesIn, textsOf } from "./Tree.ts"

/** How a table of the schema is distributed: by the organisation, by its own key on one node, or with a copy on each. */
export type Group = "organisation" | "own key" | "reference"

/** A table of the schema in a query, by the name that the query gives it. */
export interface Range {
  readonly table: TableName
  readonly alias: string
  readonly group: Group
}

const isTable = (name: unknown): name is TableName => typeof name === "string" && Object.hasOwn(distribution, name)

const groupOf = (table: TableName): Group => {
  const by = distribution[table]
  if (by === "reference") return by
  return by.column === "organisation" ? by.column : "own key"
}

/** The table that a `RangeVar` names; undefined if it is not one of the schema, but a common table expression, say. */
export const rangeOf = (rangeVar: Members): Range | undefined => {
  const { relname: table, schemaname, alias } = rangeVar
  if (!isTable(table) || schemaname === undefined) return undefined
  const name = membersOf(alias).aliasname
  return { table, alias: typeof name === "string" ? name : table, group: groupOf(table) }
}

/** One level, and the levels below it. */
export interface Level {
  readonly ranges: ReadonlyArray<Range>
  /** The names of the tables whose organisation is a constant. */
  readonly routed: ReadonlySet<string>
  readonly locks: boolean
  readonly below: ReadonlyArray<Level>
}

/** The terms of a condition that all have to be true. */
const conjuncts = (condition: unknown): ReadonlyArray<unknown> => {
  const all = nodeOf(condition, "BoolExpr")
  return all?.boolop === "AND_EXPR" ? listOf(all.args).flatMap(conjuncts) : [condition]
}

const isConstant = (value: unknown): boolean => {
  const cast = nodeOf(value, "TypeCast")
  return cast !== undefined
    ? isConstant(cast.arg)
    : nodeOf(value, "ParamRef") !== undefined || nodeOf(value, "A_Const") !== undefined
}

/** Whose organisation a column is: the name of a table, or "" without one; undefined if it is another column. */
const ownerOf = (value: unknown): string | undefined => {
  const names = textsOf(nodeOf(value, "ColumnRef")?.fields)
  return names.at(-1) === "organisation" ? (names.at(-2) ?? "") : undefined
}

/** The tables of a level whose organisation is equal to a constant, also by way of another table. */
const routedIn = (ranges: ReadonlyArray<Range>, conditions: ReadonlyArray<unknown>): ReadonlySet<string> => {
  const owners = ranges.filter(({ group }) => group === "organisation")
  const only = owners.length === 1 ? owners[0]?.alias : undefined
  const nameOf = (value: unknown) => {
    const owner = ownerOf(value)
    return owner === "" ? only : owner
  }
  const routed = new Set<string>()
  const equalities = conditions.flatMap(conjuncts).flatMap((condition) => {
    const { kind, name, lexpr, rexpr } = nodeOf(condition, "A_Expr") ?? {}
    return kind === "AEXPR_OP" && textsOf(name)[0] === "=" ? [[lexpr, rexpr] as const] : []
  })
  for (let before = -1; before < routed.size; ) {
    before = routed.size
    for (const [left, right] of [...equalities, ...equalities.map(([left, right]) => [right, left] as const)]) {
      const [name, other] = [nameOf(left), nameOf(right)]
      if (name !== undefined && (isConstant(right) || (other !== undefined && routed.has(other)))) routed.add(name)
    }
  }
  return routed
}

/** The level of a query or of a part of it, such as the members of an `UpdateStmt`. */
export const levelOf = (query: Members): Level => {
  const { withClause: _, relation, larg, rarg, ...rest } = query
  const target = rangeOf(membersOf(relation))
  const found = [...nodesIn(rest, (kind) => kind === "SelectStmt")]
  const of = (kind: string) => found.flatMap(([found, members]) => (found === kind ? [members] : []))
  const ranges = [...(target === undefined ? [] : [target]), ...of("RangeVar").flatMap((range) => rangeOf(range) ?? [])]
  return {
    ranges,
    routed: routedIn(ranges, [query.whereClause, ...of("JoinExpr").map(({ quals }) => quals)]),
    locks: listOf(query.lockingClause).length > 0,
    below: [...of("SelectStmt"), ...[larg, rarg].flatMap((side) => (side === undefined ? [] : [membersOf(side)]))].map(
      levelOf
    )
  }
}

/** A level and all levels below it. */
export const levelsIn = (level: Level): ReadonlyArray<Level> => [level, ...level.below.flatMap(levelsIn)]
