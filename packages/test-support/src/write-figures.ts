import { readFileSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import type { Reporter, TestModule } from "vitest/node"
import "./faults.ts"

const root = join(import.meta.dirname, "../../..")

/** Where the figures of the last long run are kept: for each file of tests, what it recorded. */
export const figuresFile = join(root, "docs/reliability.json")

/** What one test recorded. */
export interface Figures {
  readonly test: string
  readonly figures: Readonly<Record<string, number | string>>
}

/** What the tests of one file recorded, with the day and the seed of the run. */
export interface FileFigures {
  readonly date: string
  readonly seed: string
  readonly tests: ReadonlyArray<Figures>
}

/** Writes what tests of faults recorded in their long form, and those of failover; files that did not run keep their figures. Names the seed if a test of faults failed. */
export default class WriteFigures implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const seed = process.env.FAULTS_SEED ?? ""
    const faults = modules.filter(({ moduleId }) => moduleId.endsWith(".faults.test.ts"))
    if (faults.some((module) => !module.ok())) console.log(`To repeat this run of the fault tests: FAULTS_SEED=${seed}`)
    const recording = modules.filter(({ project }) => project.name === "faults" || project.name === "failover")
    const written = recording.flatMap((module): ReadonlyArray<[string, FileFigures]> => {
      if (!module.ok()) return []
      const tests = [...module.children.allTests()].flatMap((test) => {
        const { figures } = test.meta()
        return figures === undefined ? [] : [{ test: test.fullName, figures }]
      })
      const date = new Date().toISOString().slice(0, 10)
      return [[relative(root, module.moduleId), { date, seed, tests }]]
    })
    if (written.length === 0) return
    const before: Record<string, FileFigures> = JSON.parse(readFileSync(figuresFile, "utf8"))
    const all = Object.entries({ ...before, ...Object.fromEntries(written) }).sort(([a], [b]) => (a < b ? -1 : 1))
    writeFileSync(figuresFile, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`)
  }
}
