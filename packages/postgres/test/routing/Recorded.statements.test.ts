/** Every statement that the PostgreSQL of the integration tests has recorded, from whatever program, judged by the limits of Citus. */

import pg from "pg"
import { parse } from "pgsql-parser"
import { assert, inject, it } from "vitest"
import { exceptions } from "./Exceptions.ts"
import { rangeOf } from "./Level.ts"
import { judge } from "./Rules.ts"
import { membersOf, nodesIn } from "./Tree.ts"

/** The texts of the statements; a constant is a parameter in them. */
const recorded = async (): Promise<ReadonlyArray<string>> => {
  const client = new pg.Client({ connectionString: inject("postgresUrl") })
  await client.connect()
  try {
    await client.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    const { rows } = await client.query<{ query: string }>("SELECT DISTINCT query FROM pg_stat_statements")
    return rows.map(({ query }) => query)
  } catch (cause) {
    throw new Error("the PostgreSQL of the tests needs shared_preload_libraries = 'pg_stat_statements'", { cause })
  } finally {
    await client.end()
  }
}

/** The text as the parser reads it: it takes no parameter for the constant of a type, or for a form of `normalize`. */
const readable = (text: string): string =>
  text.replaceAll(/\b(interval|timestamptz) (?=\$\d)/gi, "").replaceAll(/(normalize\([\w.]+), \$\d+\)/g, "$1)")

/** The text on one line, without schemas. */
const shapeOf = (text: string): string =>
  text
    .replaceAll(/--.*/g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/(?:"(?:[^"]|"")*"|public)\.(?=\w)/g, "")
    .trim()

/** Whether the statement names the schema, as the software always does and tests do not, or no table of it. */
const isOfSoftware = (text: string, statement: unknown): boolean => {
  const names = [...nodesIn(statement)].flatMap(([, members]) => [members, membersOf(members.relation)])
  return (
    names.some((name) => rangeOf(name) !== undefined) ||
    !/\b(communications|communication_\w+|users|sessions)\b/.test(text)
  )
}

it("Citus can route every statement that the software sends, except those with a reason", async () => {
  const texts = (await recorded()).filter((text) => !/^(SAVEPOINT|RELEASE|ROLLBACK)\b/i.test(text))
  const used = new Set<unknown>()
  const refused: Array<string> = []
  let judged = 0
  for (const text of texts) {
    const { stmts = [] } = await parse(readable(text))
    for (const { stmt } of stmts) {
      if (!isOfSoftware(text, stmt)) continue
      judged++
      const reasons = Object.entries(membersOf(stmt)).flatMap(([kind, members]) => [...judge(kind, membersOf(members))])
      if (reasons.length === 0) continue
      const exception = exceptions.find(({ statement }) => statement.test(shapeOf(text)))
      if (exception === undefined) refused.push(`${[...new Set(reasons)].join("; ")}: ${shapeOf(text)}`)
      used.add(exception)
    }
  }
  assert.deepStrictEqual(refused, [])
  assert.isAbove(judged, 200, "run the integration tests in the same run: npm test does")
  assert.deepStrictEqual(
    exceptions.filter((exception) => !used.has(exception)).map(({ statement }) => String(statement)),
    [],
    "these exceptions are not needed any more"
  )
})
