import { resolve } from "node:path"
import { defineConfig } from "vitest/config"

const conditions = ["@communications/source"]
const browser = ["apps/*/test/**/*.browser.test.ts"]
const pooler = ["apps/*/test/**/*.pooler.test.ts"]
const restore = ["packages/*/test/**/*.restore.test.ts"]
const integration = ["{packages,apps}/*/test/**/*.integration.test.ts", "examples/*.integration.test.ts"]

/** The programs that tests start keep their compiled code, as `npm start` does. */
const env = { NODE_COMPILE_CACHE: resolve("node_modules/.cache/node") }

const project = (
  name: string,
  test: { readonly include: Array<string>; readonly exclude?: Array<string>; readonly globalSetup?: string }
) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // No test fails because a machine is slow: what hangs is ended, what is late is not.
  test: { name, env, testTimeout: 60_000, hookTimeout: 60_000, ...test }
})

export default defineConfig({
  test: {
    reporters: ["default", "./packages/test-support/src/closing-line.ts"],
    projects: [
      project("unit", {
        include: ["{packages,apps}/*/test/**/*.test.ts"],
        exclude: [...integration, ...browser, ...pooler, ...restore]
      }),
      project("integration", { include: integration, globalSetup: "./packages/test-support/src/global-setup.ts" }),
      project("browser", { include: browser }),
      project("pooler", { include: pooler }),
      project("restore", { include: restore }),
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
