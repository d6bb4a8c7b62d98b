/** The figures of mutation testing, which `npm run docs` copies to docs/reliability.md. */
import { readFileSync, writeFileSync } from "node:fs"
import { resolve } from "node:path"

/** How many mutants a run had; `judged` ones need no test that fails, for a reason that stands beside the test. */
export interface MutantFigures {
  readonly mutants: number
  readonly killed: number
  readonly timedOut: number
  readonly survived: number
  readonly judged: number
  readonly date: string
}

const file = resolve(import.meta.dirname, "../../../docs/mutants.json")

/** The figures of the last run of each kind. */
export const readFigures = (): Readonly<Record<string, MutantFigures>> => JSON.parse(readFileSync(file, "utf8"))

/** Stores the figures of a run, with the date of today. */
export const writeFigures = (name: string, figures: Omit<MutantFigures, "date">): void => {
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(file, `${JSON.stringify({ ...readFigures(), [name]: { ...figures, date } }, null, 2)}\n`)
}
