/** Runs Stryker, stores its figures for the documentation, and fails if too many mutants survive: `npm run test:mutants -- core/memory http`. */
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { matchesGlob, resolve } from "node:path"
import { writeFigures } from "@communications/test-support/mutantFigures"
import { isAbout, judgementsIn } from "./mutants/judged.ts"
import { incrementalFile, projects } from "./mutants/projects.ts"

process.chdir(resolve(import.meta.dirname, ".."))

/** A place in a file. Lines and columns begin with 1. */
interface Position {
  readonly line: number
  readonly column: number
}

interface Mutant {
  readonly status: string
  readonly statusReason?: string
  readonly replacement: string
  readonly location: { readonly start: Position; readonly end: Position }
  /** The ids of the tests that run the mutated code, and of those that failed, and how many have run. */
  readonly coveredBy?: ReadonlyArray<string>
  readonly killedBy?: ReadonlyArray<string>
  readonly testsCompleted?: number
}

/** Whether a mutant failed while a test file was set up. Any other error outside a test may come from an earlier mutant. */
const failedSetUp = ({ status, statusReason = "" }: Mutant): boolean =>
  status === "RuntimeError" && /outside of a test run: \S+\.test\.ts: /.test(statusReason)

/** Whether a test waited too long, which Stryker reports like any other failure unless it waits too long itself. */
const hasTimedOut = ({ status, statusReason = "" }: Mutant): boolean =>
  status === "Timeout" || (status === "Killed" && statusReason.startsWith("Test timed out in "))

/**
 * Whether a result is that of exactly the tests that run the mutated code. Runs in one thread overlap sometimes, if an
 * earlier one has not ended: then tests are missing, or others have run.
 */
const isComplete = (mutant: Mutant): boolean => {
  const { status, coveredBy = [], killedBy = [], testsCompleted } = mutant
  if (status === "Survived") return testsCompleted === coveredBy.length
  if (status === "Killed") return killedBy.every((test) => coveredBy.includes(test))
  return status !== "RuntimeError" || failedSetUp(mutant)
}

/** The line in which the mutated code begins, and this code. */
const mutated = (source: string, { location: { start, end } }: Mutant) => {
  const lines = source.split("\n").slice(start.line - 1, end.line)
  const code = lines.with(-1, lines.at(-1)?.slice(0, end.column - 1) ?? "").join("\n")
  return { line: lines[0]?.trim() ?? "", code: code.slice(start.column - 1) }
}

/** What Stryker stores of a run. */
interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: ReadonlyArray<Mutant> }>>
}

/** Runs Stryker, which only tests what its earlier report lacks, until all results are complete; at most three times. */
const report = (name: string): Report => {
  const stryker = resolve("node_modules/@stryker-mutator/core/bin/stryker.js")
  const env = { NODE_COMPILE_CACHE: resolve("node_modules/.cache/node"), ...process.env, MUTANTS: name }
  for (let run = 1; ; run++) {
    const { status } = spawnSync(process.execPath, [stryker, "run"], { stdio: "inherit", env })
    // The report would be that of an earlier run.
    if (status !== 0) throw new Error(`Stryker ended with ${status} before it had tested ${name}`)
    const report: Report = JSON.parse(readFileSync(incrementalFile(name), "utf8"))
    const all = Object.values(report.files).flatMap(({ mutants }) => mutants)
    const incomplete = all.filter((mutant) => !isComplete(mutant)).length
    if (incomplete === 0 || run === 3) return report
    console.log(`${name}: ${incomplete} results are incomplete, and their mutants are tested again`)
    const files = Object.entries(report.files).map(
      ([path, file]) => [path, { ...file, mutants: file.mutants.filter(isComplete) }] as const
    )
    writeFileSync(incrementalFile(name), JSON.stringify({ ...report, files: Object.fromEntries(files) }))
  }
}

for (const [name, { mutate, least }] of Object.entries(projects)) {
  const wanted = process.argv.slice(2)
  if (wanted.length > 0 && !wanted.some((part) => `${name}/`.startsWith(`${part}/`))) continue
  // It also has the files of earlier runs.
  const files = Object.entries(report(name).files).filter(([file]) =>
    mutate.some((pattern) => matchesGlob(file, pattern))
  )
  const figures = { mutants: 0, killed: 0, timedOut: 0, survived: 0, judged: 0 }
  for (const [file, { source, mutants }] of files) {
    const judgements = judgementsIn(file)
    const needless = new Set(judgements)
    for (const mutant of mutants) {
      const { status, replacement, location } = mutant
      const { line, code } = mutated(source, mutant)
      const judgement = judgements.find(isAbout(line, code, replacement))
      if (status === "Ignored") continue
      const isCaught = status === "Timeout" || status === "Killed" || failedSetUp(mutant)
      if (isCaught && isComplete(mutant)) figures[hasTimedOut(mutant) ? "timedOut" : "killed"]++
      else if (judgement !== undefined) {
        figures.judged++
        needless.delete(judgement)
      } else {
        figures.survived++
        console.log(`${status}: ${file}:${location.start.line}\n  ${line}\n  with ${replacement}`)
      }
      figures.mutants++
    }
    for (const { line, mutant } of needless) console.log(`Needless judgement: ${file}\n  ${line}\n  with ${mutant}`)
  }
  writeFigures(name, figures)
  const percent = (100 * (figures.killed + figures.timedOut)) / figures.mutants
  console.log(`${name}: ${percent.toFixed(1)} % of ${figures.mutants} mutants are killed; the least is ${least} %`)
  if (percent < least) process.exitCode = 1
}
