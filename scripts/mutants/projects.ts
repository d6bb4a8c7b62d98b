/** A run of mutation testing. */
interface Project {
  /** The files that have mutants. */
  readonly mutate: ReadonlyArray<string>
  /** The tests that have to fail. */
  readonly tests: {
    readonly include: Array<string>
    readonly exclude?: Array<string>
    readonly globalSetup?: string
    /** Modules that are loaded before the tests, so that what they compute while they load counts as such. */
    readonly setupFiles?: ReadonlyArray<string>
  }
  /** The least share of killed mutants, in percent. */
  readonly least: number
  /** How many runs share a thread; 1 if modules keep what they have computed. */
  readonly runsPerThread?: number
}

/** A part of the core, with its unit tests except some. The contracts are tests, which BrokenAdapters.test.ts tests. */
const core = (mutate: ReadonlyArray<string>, ...without: ReadonlyArray<string>): Project => ({
  mutate: mutate.map((files) => `packages/core/src/${files}`),
  tests: {
    include: ["packages/core/test/**/*.test.ts"],
    exclude: ["BrokenAdapters", ...without].map((name) => `**/${name}.test.ts`)
  },
  least: 90
})

/** A part of the HTTP adapter, with its tests, except that of the size of the client: Stryker adds code for each mutant. */
const http = (...mutate: ReadonlyArray<string>): Project => ({
  mutate: mutate.map((files) => `packages/http/src/${files}`),
  tests: { include: ["packages/http/test/**/*.test.ts"], exclude: ["**/Bundle.test.ts"] },
  least: 80
})

/** The OpenAPI document and the route that serves it, which keeps it. The server loads the document on its first request. */
const documents = http("document/**/*.ts", "Documents.ts")
const document: Project = {
  ...documents,
  tests: { ...documents.tests, setupFiles: ["packages/http/src/document/index.ts"] },
  runsPerThread: 1
}

/** A part of the adapter, with its tests. The conditions of the SQL have mutants of their own. */
const postgres = (files: string, ...tests: ReadonlyArray<string>): Project => ({
  mutate: [`packages/postgres/src/${files}`],
  tests: {
    include: tests.map((name) => `packages/postgres/test/${name}.test.ts`),
    globalSetup: "packages/test-support/src/global-setup.ts"
  },
  least: 80
})

/** The runs, by name. Each is a part of a package that a run can finish in some minutes, or hours on PostgreSQL. */
export const projects: Readonly<Record<string, Project>> = {
  "core/domain": core(["domain/**/*.ts"], "Subscribe*"),
  "core/memory": core(
    ["memory/**/*.ts"],
    "Subscribe{,Errors,Hardening,Ready,Stop}",
    "createCommunications",
    "CallOptions"
  ),
  "core/operations": core(["operations/**/*.ts"], "Subscribe*", "Memory"),
  "core/use-cases": core(["use-cases/**/*.ts", "*.ts"], "Memory"),
  "http/server": http("!(Documents).ts"),
  "http/client": http("client/**/*.ts"),
  "http/document": document,
  "postgres/batching": postgres("batching/**/*.ts", "Batcher", "GroupCommit.integration"),
  "postgres/statements": postgres(
    "statements/**/*.ts",
    ...[
      "{Batcher,Columns,Errors,LockWaiters,Retry}",
      "{Conflicts,ErrorMessages,Failures,IdempotencyKeys,Metrics,Shares}.integration"
    ]
  ),
  "postgres/steps": postgres(
    "communications/{LockWaiters,Step*,Take*}.ts",
    ...["LockWaiters", "{Contract,GroupCommit,IdempotencyKeys,Numbers,Statements}.integration"]
  ),
  "postgres/communications": postgres(
    "communications/{Comm,Contact,History,List}*.ts",
    "{Contract,GroupCommit,IdempotencyKeys,Numbers,Rows,Statements}.integration"
  ),
  "postgres/accounts": postgres("{accounts,sessions}/**/*.ts", "{Contract,Authentication,Statements}.integration"),
  "postgres/log": postgres("log/**/*.ts", "Events", "{Contract,Interleaved,Log,SubscriptionStop}.integration"),
  "postgres/host": postgres("host/**/*.ts", "Executor", "Host.integration"),
  // Released migrations do not change.
  "postgres/schema": postgres(
    "schema/*.ts",
    "{Executor,Server}",
    "{Distribute,ErrorMessages,Migrations,Roles,Schema}.integration"
  )
}

/** The run that the environment names. */
export const project: Project = projects[process.env.MUTANTS ?? ""] ?? {
  mutate: [],
  tests: { include: [] },
  least: 0
}

/** The file in which Stryker keeps the results of a run, so that the next one only tests what has changed. */
export const incrementalFile = (name: string): string => `node_modules/.cache/mutants/${name.replace("/", "-")}.json`
