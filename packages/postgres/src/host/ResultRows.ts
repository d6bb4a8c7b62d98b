/** Checks the rows that the host's handle returns, and restores the names of their columns. */
import { Predicate } from "effect"
import { missingColumn } from "../statements/Columns.ts"
import type { HostRows } from "./Executors.ts"

/** What remains of a name in every case style: `completed_at` and `completedAt` are equal in it. */
const normalise = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")

/**
 * Statements whose text does not name their columns: the host may select all on this client, and for `ROLLBACK TO` and
 * the like a library may return a row of its own.
 */
const namesNoColumns = /^\s*SELECT\s+(\w+\.)?\*|\bRETURNING\s+\*|^\s*(SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)\b/i

/**
 * The rows of a statement, with the names that the statement uses: libraries rename columns if the host has set that
 * (postgres.js `transform`, Knex `postProcessResponse`). Refuses rows whose names cannot be restored, and anything but rows,
 * which is a mistake of the host's `Execute`.
 */
export const checkRows = (text: string, rows: HostRows): HostRows => {
  if (!Array.isArray(rows) || !rows.every(Predicate.isObject)) {
    throw new TypeError(
      `The host's \`Execute\` must resolve to an array of rows, each an object by column name. For \`${text.trim().slice(0, 60)}…\` it resolved to something else.`
    )
  }
  const names = Object.keys(rows[0] ?? {})
  if (names.every((name) => text.includes(name))) return rows
  const mentioned = `${text.toLowerCase()} ?column?`
  const isMentioned = (name: string) => text.includes(name) || mentioned.includes(name)
  const originals = new Map(Array.from(text.matchAll(/\b[a-z_][a-z0-9_]*/g), ([word]) => [normalise(word), word]))
  const unknown = (name: string) => (namesNoColumns.test(text) ? name : missingColumn())
  const restored = new Map(
    names.map((name) => [name, isMentioned(name) ? name : (originals.get(normalise(name)) ?? unknown(name))])
  )
  if (new Set(restored.values()).size < names.length) missingColumn()
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [restored.get(name) ?? name, value]))
  )
}
