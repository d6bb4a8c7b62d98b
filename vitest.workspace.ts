import { randomInt } from "node:crypto"
import { resolve } from "node:path"
import { defineConfig } from "vitest/config"

const conditions = ["@communications/source"]
const faults = "{packages,apps}/*/test/**/*.faults.test.ts"
const integration = ["{packages,apps}/*/test/**/*.integration.test.ts", "examples/*.integration.test.ts", faults]
/** Reads what the PostgreSQL of the integration tests has recorded, after them. */
const statements = ["packages/postgres/test/routing/*.statements.test.ts"]
const sqlConditions = ["packages/postgres/test/sql/*.conditions.test.ts"]

/** Tests that need more than npm installs: each has a command, `npm run test:NAME`, and files `*.NAME.test.ts`. */
const further = ["browser", "citus", "deployment", "failover", "monitoring", "pooler", "restore"].map((name) => ({
  name,
  include: [`{packages,apps}/*/test/**/*.${name}.test.ts`]
}))

/** The seed of the tests of faults, for all files of a run. */
process.env.FAULTS_SEED ??= String(randomInt(2 ** 31))

/** The programs that tests start keep their compiled code, as `npm start` does. */
const env = { NODE_COMPILE_CACHE: resolve("node_modules/.cache/node"), FAULTS_SEED: process.env.FAULTS_SEED }

const project = (
  name: string,
  test: {
    readonly include: Array<string>
    readonly exclude?: Array<string>
    readonly globalSetup?: string
    readonly env?: Record<string, string>
    readonly fileParallelism?: boolean
    readonly sequence?: { readonly groupOrder: number }
  }
) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // No test fails because a machine is slow: what hangs is ended, what is late is not.
  test: { name, testTimeout: 60_000, hookTimeout: 60_000, ...test, env: { ...env, ...test.env } }
})

export default defineConfig({
  test: {
    // Vitest would keep one core for itself, and run half as many files at once on two cores.
    maxWorkers: "100%",
    reporters: [
      "default",
      "./packages/test-support/src/write-figures.ts",
      "./packages/test-support/src/closing-line.ts"
    ],
    projects: [
      project("unit", {
        include: ["{packages,apps}/*/test/**/*.test.ts"],
        exclude: [...integration, ...sqlConditions, ...statements, ...further.flatMap(({ include }) => include)]
      }),
      project("integration", { include: integration, globalSetup: "./packages/test-support/src/global-setup.ts" }),
      project("statements", { include: statements, sequence: { groupOrder: 1 } }),
      project("faults", {
        include: [faults],
        globalSetup: "./packages/test-support/src/global-setup.ts",
        env: { FAULTS: "long" },
        fileParallelism: false
      }),
      ...further.map(({ name, include }) => project(name, { include })),
      project("conditions", { include: sqlConditions, globalSetup: "./packages/test-support/src/global-setup.ts" }),
      project("executors", {
        include: ["test/executors.test.ts"],
        globalSetup: "./packages/test-support/src/global-setup.ts"
      }),
      project("packages", {
        include: ["test/*.test.ts"],
        exclude: ["test/executors.test.ts"],
        globalSetup: "./packages/test-support/src/global-setup.ts"
      })
    ]
  }
})
