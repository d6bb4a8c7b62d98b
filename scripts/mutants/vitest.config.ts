import { globSync, readFileSync } from "node:fs"
import { resolve } from "node:path"
import { defineConfig, type Plugin } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"
import { KeptThread } from "./KeptThread.ts"
import { project } from "./projects.ts"

/** Resolves the packages to their source beside this file: Stryker's copy of the project links to the original packages. */
const alias = globSync("packages/*/package.json").flatMap((file) => {
  const {
    name,
    exports
  }: { readonly name: string; readonly exports: Record<string, string | Record<string, string>> } = JSON.parse(
    readFileSync(file, "utf8")
  )
  return Object.entries(exports).map(([path, target]) => {
    const source = typeof target === "string" ? target : target["@communications/source"]
    const pattern = `${name}${path.slice(1)}`.replaceAll(".", "\\.").replace("*", "(.+)")
    return { find: new RegExp(`^${pattern}$`), replacement: resolve(file, "..", String(source).replace("*", "$1")) }
  })
})

/** Stryker chooses the pool, but not what is in it. */
const keepThread: Plugin = {
  name: "keep-thread",
  configureVitest: ({ project }) => {
    project.config.pool = "kept"
    project.config.poolRunner = { name: "kept", createPoolWorker: (options) => new KeptThread(options) }
  }
}

/** The shortest file first: the first test that fails ends the run of a mutant. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>) {
    return (await super.sort(files)).reverse()
  }
}

export default defineConfig({
  plugins: [keepThread],
  resolve: { alias },
  test: {
    ...project.tests,
    setupFiles: [...(project.tests.setupFiles ?? []), "scripts/mutants/hooks.ts"].map((file) => resolve(file)),
    isolate: false,
    sequence: { sequencer: ShortestFirst },
    testTimeout: 10_000,
    hookTimeout: 60_000
  }
})
