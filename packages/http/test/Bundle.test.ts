import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { build } from "vite"
import { expect, it } from "vitest"

it("the client bundled for a browser is small and contains neither Node nor Effect", async () => {
  const entry = join(import.meta.dirname, "../src/client/Client.ts")
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: true, lib: { entry, formats: ["es"] } }
  })
  const [{ output = [] } = {}] = Array.isArray(built) ? built : []
  const [chunk, ...others] = output
  if (chunk?.type !== "chunk") throw new Error("the bundle has no chunk")
  expect(others).toEqual([])
  expect([...chunk.imports, ...chunk.dynamicImports]).toEqual([])
  expect(chunk.code).toContain("/crmapi/rest/v2")
  expect(chunk.code).not.toMatch(/node:|effect/)
  const size = gzipSync(chunk.code).length
  console.log(`The client for browsers: ${chunk.code.length} bytes, ${size} gzipped`)
  expect(size).toBeLessThan(3_000)
}, 60_000)
