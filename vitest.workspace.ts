import { defineConfig } from "vitest/config"

const conditions = ["@communications/source"]
const integration = ["{packages,apps}/*/test/**/*.integration.test.ts", "examples/*.integration.test.ts"]

const project = (
  name: string,
  test: { readonly include: Array<string>; readonly exclude?: Array<string>; readonly globalSetup?: string }
) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name, ...test }
})

export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      project("unit", { include: ["{packages,apps}/*/test/**/*.test.ts"], exclude: integration }),
      project("integration", { include: integration, globalSetup: "./test/global-setup.ts" }),
      project("packages", { include: ["test/packages.test.ts"], globalSetup: "./test/global-setup.ts" })
    ]
  }
})
