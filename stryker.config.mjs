import { project } from "./scripts/mutants/projects.mjs"

const name = process.env.MUTANTS ?? "core"
const cache = `node_modules/.cache/mutants/${name}`

export default {
  testRunner: "vitest",
  vitest: { configFile: "scripts/mutants/vitest.config.ts", related: false },
  mutate: project.mutate,
  coverageAnalysis: "perTest",
  ignoreStatic: true,
  mutator: { excludedMutations: ["StringLiteral"] },
  incremental: true,
  incrementalFile: `${cache}.incremental.json`,
  concurrency: 1,
  timeoutFactor: 1,
  timeoutMS: 3_000,
  reporters: ["json", "clear-text", "progress-append-only"],
  jsonReporter: { fileName: `${cache}.json` },
  clearTextReporter: { allowColor: false, logTests: false },
  ignorePatterns: ["bench", "dist", "/data"],
  allowConsoleColors: false
}
