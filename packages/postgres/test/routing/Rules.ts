/**
 * Why Citus could not route a statement, by its documented limits and by what a cluster of version 13.2 refused. The rules
 * read the syntax tree. They do not see that two parameters have the same value.
 */
import { distribution } from "@communications/postgres"
import { nodeBound, volatilityOf } from "./Functions.ts"
import { levelOf, levelsIn, type Range, rangeOf } from "./Level.ts"
import { hasNode, listOf, type Members, membersOf, nodeOf, nodesIn, textsOf } from "./Tree.ts"

const nameOf = ({ funcname }: Members): string => textsOf(funcname).at(-1) ?? ""

/** Whether a part of a statement calls a function of one of these volatilities. */
const calls = (tree: unknown, ...volatilities: ReadonlyArray<ReturnType<typeof volatilityOf>>): boolean =>
  hasNode(tree, ["FuncCall"], (call) => volatilities.includes(volatilityOf(nameOf(call)))) ||
  (volatilities.includes("stable") && hasNode(tree, ["SQLValueFunction"]))

/** Whether a part adds an interval to a column, which depends on the time zone of the session unless the column is in UTC. */
const addsInterval = (tree: unknown): boolean =>
  hasNode(tree, ["A_Expr"], ({ name, lexpr, rexpr }) => {
    const isInterval = (side: unknown) =>
      textsOf(membersOf(nodeOf(side, "TypeCast")?.typeName).names).includes("interval")
    const hasColumn = (side: unknown) =>
      [...nodesIn(side, (kind, members) => kind === "FuncCall" && nameOf(members) === "timezone")].some(
        ([kind]) => kind === "ColumnRef"
      )
    return /^[+-]$/.test(textsOf(name)[0] ?? "") && isInterval(rexpr) && hasColumn(lexpr)
  })

const columnOf = ({ table }: Range): string | undefined => {
  const by = distribution[table]
  return by === "reference" ? undefined : by.column
}

const targetsOf = (list: unknown): ReadonlyArray<readonly [column: unknown, value: unknown]> =>
  listOf(list).map((target) => {
    const { name, val } = nodeOf(target, "ResTarget") ?? {}
    return [name, val]
  })

/** Whether a level and those below it find all rows on one node. */
function* unrouted(query: Members): Generator<string> {
  const levels = levelsIn(levelOf(query))
  const groups = new Set<string>()
  for (const { ranges, routed, locks } of levels)
    for (const { table, alias, group } of ranges) {
      if (group !== "reference") groups.add(group === "organisation" ? group : table)
      if (group !== "organisation" || routed.has(alias)) continue
      yield `${table} is read or changed without a constant organisation`
      if (locks) yield `rows of ${table} are locked on several nodes`
    }
  if (groups.size > 1) yield `tables that are distributed by different keys are joined: ${[...groups].join(", ")}`
}

/** Why the functions of a change are refused. */
function* unstable(
  kind: string,
  { targetList, whereClause, returningClause, onConflictClause }: Members
): Generator<string> {
  if (calls(returningClause, "stable", "volatile")) yield "RETURNING calls a function that is not immutable"
  if (calls(onConflictClause, "stable", "volatile")) yield "ON CONFLICT calls a function that is not immutable"
  if (addsInterval(onConflictClause)) yield "ON CONFLICT adds an interval to a column"
  if (kind === "InsertStmt") return
  if (calls([targetList, whereClause], "volatile")) yield "a change calls a volatile function"
  if (hasNode(targetList, ["CoalesceExpr", "CaseExpr"], (members) => calls(members, "stable")))
    yield "COALESCE or CASE calls a function that is not immutable"
  if (addsInterval([targetList, whereClause])) yield "a change adds an interval to a column"
}

/** Why an `INSERT` is refused, apart from the query that it inserts. */
function* misplaced(target: Range, insert: Members): Generator<string> {
  const column = columnOf(target)
  if (column === undefined) return
  if (!targetsOf(insert.cols).some(([name]) => name === column)) yield `a row of ${target.table} has no ${column}`
  const { infer, targetList } = membersOf(insert.onConflictClause)
  const key = listOf(membersOf(infer).indexElems).map((element) => nodeOf(element, "IndexElem")?.name)
  if (key.length > 0 && !key.includes(column)) yield `the key of ON CONFLICT does not include ${column}`
  if (column === "organisation" && targetsOf(targetList).some(([name]) => name === column)) yield `a change moves a row`
}

/** Why a query or a change is refused; `isNamed` if it is a common table expression. */
function* judgeQuery(kind: string, query: Members, isNamed: boolean): Generator<string> {
  for (const cte of listOf(membersOf(query.withClause).ctes))
    for (const [kind, members] of Object.entries(membersOf(nodeOf(cte, "CommonTableExpr")?.ctequery)))
      yield* judgeQuery(kind, membersOf(members), true)
  if (isNamed && listOf(query.lockingClause).length > 0) yield "a common table expression locks rows"
  if (kind === "InsertStmt") {
    const target = rangeOf(membersOf(query.relation))
    if (target !== undefined) yield* misplaced(target, query)
    yield* unrouted({ selectStmt: query.selectStmt })
  } else yield* unrouted(query)
  if (kind === "SelectStmt") return
  yield* unstable(kind, query)
  const changed = rangeOf(membersOf(query.relation))
  if (
    kind === "UpdateStmt" &&
    changed !== undefined &&
    targetsOf(query.targetList).some(([name]) => name === columnOf(changed))
  )
    yield "a change moves a row to another node"
}

/** Why the keys of a table or a constraint are refused. */
function* judgeKeys(table: Range, tree: unknown): Generator<string> {
  const column = columnOf(table)
  for (const [kind, members] of nodesIn(tree)) {
    if (kind !== "Constraint") continue
    const { contype, keys, fk_attrs, pk_attrs, pktable } = members
    const isKey = contype === "CONSTR_PRIMARY" || contype === "CONSTR_UNIQUE"
    // A constraint of a column has no list of keys.
    const named = textsOf(keys)
    if (isKey && column !== undefined && named.length > 0 && !named.includes(column))
      yield `a unique key lacks ${column}`
    if (contype !== "CONSTR_FOREIGN") continue
    const referenced = rangeOf(membersOf(pktable))
    if (referenced === undefined || referenced.group === "reference") continue
    if (![fk_attrs, pk_attrs].every((attributes) => textsOf(attributes).includes("organisation")))
      yield "a foreign key between distributed tables lacks the organisation"
  }
}

/** The changes of tables that Citus passes on to every node. */
const allowedChanges = new Set([
  ...["AT_AddColumn", "AT_DropColumn", "AT_ColumnDefault", "AT_SetNotNull", "AT_DropNotNull", "AT_AlterColumnType"],
  ...["AT_AddConstraint", "AT_DropConstraint", "AT_ValidateConstraint"]
])

/** Statements that Citus does not accept on distributed tables. */
const forbidden = ["CreateTrigStmt", "RuleStmt", "CreateStatsStmt", "ClusterStmt"]

/** Why a change of the schema is refused. */
function* judgeDefinition(kind: string, statement: Members): Generator<string> {
  const table = rangeOf(membersOf(statement.relation))
  if (table === undefined) return
  if (forbidden.includes(kind)) yield `${kind} is not possible on a distributed table`
  if (kind === "CreateStmt" || kind === "AlterTableStmt") yield* judgeKeys(table, statement)
  const column = columnOf(table)
  const indexed = listOf(statement.indexParams).map((element) => nodeOf(element, "IndexElem")?.name)
  if (kind === "IndexStmt" && statement.unique === true && column !== undefined && !indexed.includes(column))
    yield `a unique key lacks ${column}`
  const subtypes = listOf(statement.cmds).map((command) => nodeOf(command, "AlterTableCmd")?.subtype)
  if (subtypes.length > 1 && subtypes.includes("AT_AddConstraint")) yield "ADD CONSTRAINT has other changes beside it"
  for (const subtype of subtypes) {
    if (kind === "AlterTableStmt" && !allowedChanges.has(String(subtype)))
      yield `${subtype} is not possible on a distributed table`
  }
}

const isQuery = (kind: string): boolean => /^(Select|Insert|Update|Delete)Stmt$/.test(kind)

/** Why Citus could not route a statement; nothing if it can. */
export function* judge(kind: string, statement: Members): Generator<string> {
  const nodes = [...nodesIn({ [kind]: statement })]
  for (const [kind, members] of nodes) {
    if (kind === "FuncCall")
      for (const [name, reason] of nodeBound) if (name.test(nameOf(members))) yield `${nameOf(members)}: ${reason}`
    if (kind === "ColumnRef" && /^(xmin|xmax|cmin|cmax|ctid)$/.test(textsOf(members.fields).at(-1) ?? ""))
      yield "system columns are of one node"
  }
  const written = new Set<string>()
  for (const [kind, members] of nodes) {
    const target = /^(Insert|Update|Delete)Stmt$/.test(kind) ? rangeOf(membersOf(members.relation)) : undefined
    if (target !== undefined) written.add(target.group === "reference" ? "a reference table" : "a distributed table")
  }
  if (written.size > 1) yield "a statement changes a distributed and a reference table"
  if (isQuery(kind)) yield* judgeQuery(kind, statement, false)
  else if (kind === "CreateTableAsStmt")
    for (const [inner, members] of Object.entries(membersOf(statement.query))) yield* judge(inner, membersOf(members))
  else yield* judgeDefinition(kind, statement)
}
