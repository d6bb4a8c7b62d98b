/** What each run of mutation testing mutates, and the tests that have to fail. */
const projects = {
  core: {
    // The contracts are tests themselves; their own tests break adapters.
    mutate: ["packages/core/src/**/*.ts", "!packages/core/src/testing/**"],
    tests: { include: ["packages/core/test/**/*.test.ts"], exclude: ["**/BrokenAdapters.test.ts"] }
  }
}

/** The run that the environment names. */
export const project = projects[process.env.MUTANTS ?? "core"]
