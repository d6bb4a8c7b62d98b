/** A run of mutation testing. */
interface Project {
  /** The files that have mutants. */
  readonly mutate: ReadonlyArray<string>
  /** The tests that have to fail. */
  readonly tests: {
    readonly include: Array<string>
    readonly exclude?: Array<string>
    readonly globalSetup?: string
  }
  /** The least share of killed mutants, in percent. */
  readonly least: number
}

/** The runs, by name. */
export const projects: Readonly<Record<string, Project>> = {
  core: {
    // The contracts are tests; BrokenAdapters.test.ts tests them.
    mutate: ["packages/core/src/**/*.ts", "!packages/core/src/testing/**"],
    tests: { include: ["packages/core/test/**/*.test.ts"], exclude: ["**/BrokenAdapters.test.ts"] },
    least: 90
  },
  http: {
    mutate: ["packages/http/src/**/*.ts"],
    tests: { include: ["packages/http/test/**/*.test.ts"] },
    least: 80
  },
  postgres: {
    // Released migrations do not change. The conditions of the SQL have mutants of their own.
    mutate: ["packages/postgres/src/**/*.ts", "!packages/postgres/src/schema/migrations/**"],
    tests: {
      include: ["packages/postgres/test/*.test.ts"],
      exclude: ["**/{Host,Migrations,Moving,OneLog,Plans,Roles}.integration.test.ts", "**/*.{faults,restore}.test.ts"],
      globalSetup: "packages/test-support/src/global-setup.ts"
    },
    least: 80
  }
}

/** The run that the environment names. */
export const project: Project = projects[process.env.MUTANTS ?? ""] ?? {
  mutate: [],
  tests: { include: [] },
  least: 0
}

/** The file in which Stryker keeps the results of a run, so that the next one only tests what has changed. */
export const incrementalFile = (name: string): string => `node_modules/.cache/mutants/${name}.json`
