import { incrementalFile, project } from "./scripts/mutants/projects.ts"

/** Mutation testing (`npm run test:mutants`). */
export default {
  testRunner: "vitest",
  vitest: { configFile: "scripts/mutants/vitest.config.ts", related: false },
  mutate: project.mutate,
  // Texts are messages, or codes and names that the compiler checks; a module's constants would need every test.
  mutator: { excludedMutations: ["StringLiteral"] },
  ignoreStatic: true,
  coverageAnalysis: "perTest",
  incremental: true,
  incrementalFile: incrementalFile(process.env.MUTANTS ?? ""),
  concurrency: 1,
  timeoutFactor: 1,
  timeoutMS: 10_000,
  reporters: ["clear-text", "progress-append-only"],
  clearTextReporter: { allowColor: false, logTests: false },
  ignorePatterns: ["bench", "dist", "/data"],
  allowConsoleColors: false
}
