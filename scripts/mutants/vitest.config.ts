import { globSync, readFileSync } from "node:fs"
import { resolve } from "node:path"
import { defineConfig } from "vitest/config"
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

export default defineConfig({
  resolve: { alias },
  test: { ...project.tests, isolate: false, testTimeout: 6_000, hookTimeout: 60_000 }
})
