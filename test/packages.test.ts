/** The packages as npm will have them: packed, installed in an empty folder, compiled and run there by others' means. */
import { execFile } from "node:child_process"
import { cp, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { build } from "rolldown"
import { afterAll, beforeAll } from "vitest"
import { examples, expectUsable } from "./examples.ts"

const libraries = ["core", "http", "postgres"]
/** The oldest Node that is promised to do. */
const oldest = "22.19.0"
const platform = process.platform === "win32" ? "win" : process.platform

const run = async (cwd: string, program: string, ...parameters: ReadonlyArray<string>) =>
  promisify(execFile)(program, parameters, { cwd, maxBuffer: 2 ** 26 }).then(
    ({ stdout }) => stdout,
    ({ message, stdout }) => assert.fail(`${message}${stdout}`)
  )

interface Packed {
  readonly filename: string
  readonly files: ReadonlyArray<{ readonly path: string }>
}
const packed = new Map<string, Packed>()
let folder = ""

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "communications-packages-")))
  for (const library of libraries) {
    const options = ["--json", "--foreground-scripts=false", "--pack-destination", folder]
    const [answer]: ReadonlyArray<Packed> = JSON.parse(await run(join("packages", library), "npm", "pack", ...options))
    if (answer !== undefined) packed.set(library, answer)
  }
  const { devDependencies }: { readonly devDependencies: Record<string, string> } = JSON.parse(
    await readFile("package.json", "utf8")
  )
  const taken = ["@effect/platform-node", "@effect/sql-pg", "@types/node", "@types/pg", "drizzle-orm", "effect"]
  const hosts = ["fastify", "hono", "kysely", "pg", "postgres", "typescript"]
  const dependencies = {
    ...Object.fromEntries(
      [...packed].map(([library, { filename }]) => [`@communications/${library}`, `./${filename}`])
    ),
    ...Object.fromEntries([...taken, ...hosts].map((name) => [name, devDependencies[name]])),
    "oldest-node": `npm:node-${platform}-${process.arch}@${oldest}`
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }))
  await run(folder, "npm", "install", "--no-audit", "--no-fund")
  await cp("examples", join(folder, "src"), { recursive: true, filter: (file) => !file.endsWith(".test.ts") })
  const compilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, module: "NodeNext", target: "ES2024", types: ["node"] },
    ...{ rootDir: "src", outDir: "out" }
  }
  const all = { compilerOptions, include: ["src"], exclude: ["src/next.ts"] }
  // Drizzle's own declarations do not compile.
  const drizzle = { compilerOptions: { ...compilerOptions, skipLibCheck: true }, files: ["src/next.ts"] }
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(all))
  await writeFile(join(folder, "tsconfig.drizzle.json"), JSON.stringify(drizzle))
}, 600_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe("a package", () => {
  for (const library of libraries) {
    it(`${library}: has its sources and what was built of them, and nothing else`, async () => {
      const sources = (await readdir(join("packages", library, "src"), { recursive: true }))
        .filter((file) => file.endsWith(".ts"))
        .map((file) => file.slice(0, -".ts".length))
      const expected = ["LICENSE", "README.md", "package.json"].concat(
        sources.flatMap((file) => [
          `src/${file}.ts`,
          ...[".d.ts", ".d.ts.map", ".js", ".js.map"].map((ending) => `dist/${file}${ending}`)
        ])
      )
      assert.sameMembers(packed.get(library)?.files.map(({ path }) => path) ?? [], expected)
      const installed = (file: string) => readFile(join(folder, "node_modules/@communications", library, file), "utf8")
      assert.strictEqual(await installed("LICENSE"), await readFile("LICENSE", "utf8"))
      for (const file of expected.filter((file) => /^dist\/.*(\.d\.ts|\.js)$/.test(file))) {
        assert.notMatch(await installed(file), /(from|import)[ (]"\.[^"]*\.ts"/, file)
      }
      for (const file of expected.filter((file) => /^dist\/.*\.map$/.test(file))) {
        const { sources: [source] = [] }: { readonly sources?: ReadonlyArray<string> } = JSON.parse(
          await installed(file)
        )
        assert.include(expected, join(file, "..", source ?? ""), file)
      }
    })
  }

  it("is found as it was built, never as its sources", async () => {
    for (const name of [...libraries, "core/testing", "http/client"].map((path) => `@communications/${path}`)) {
      const script = `console.log(import.meta.resolve("${name}"))`
      const found = await run(folder, process.execPath, "--input-type=module", "--eval", script)
      assert.match(found, /\/@communications\/\w+\/dist\/.*\.js\n$/)
    }
  })
})

describe("in a project of its own", () => {
  it("everything compiles, strictly, the libraries' types included", async () => {
    for (const project of ["tsconfig.json", "tsconfig.drizzle.json"]) {
      await run(folder, process.execPath, "node_modules/typescript/bin/tsc", "--project", project)
    }
  }, 300_000)

  for (const node of [process.execPath, "oldest-node"]) {
    describe(node === process.execPath ? `Node ${process.versions.node}` : `Node ${oldest}`, () => {
      for (const [name, example] of Object.entries(examples)) {
        it.live(
          name,
          () => {
            const program = node === "oldest-node" ? join(folder, "node_modules/oldest-node/bin/node") : node
            return expectUsable(example, { module: `./out/${name}.js`, node: program, folder })
          },
          180_000
        )
      }
    })
  }
})

describe("the core in a browser", () => {
  const bundled = async (external: ReadonlyArray<RegExp>) => {
    const input = join(folder, "core.js")
    await writeFile(input, 'export * from "@communications/core"')
    const { output } = await build({
      ...{ input, cwd: folder, platform: "browser", external: [...external], write: false, logLevel: "silent" },
      output: { minify: true, codeSplitting: false }
    })
    const [{ code, imports }] = output
    return { imports, kilobytes: gzipSync(code).length / 1000 }
  }
  const stated = async (sentence: RegExp) =>
    Number(sentence.exec(await readFile("packages/core/README.md", "utf8"))?.groups?.kilobytes)

  it("needs nothing but effect, and is as large as its README says", async () => {
    const { imports, kilobytes } = await bundled([/^effect(\/|$)/])
    assert.deepStrictEqual(imports, ["effect"])
    assert.approximately(await stated(/(?<kilobytes>\d+) kB without `effect`/), kilobytes, kilobytes / 10)
  }, 120_000)

  it("needs nothing at all with it", async () => {
    const { imports, kilobytes } = await bundled([])
    assert.deepStrictEqual(imports, [])
    assert.approximately(await stated(/(?<kilobytes>\d+) kB with it/), kilobytes, kilobytes / 10)
  }, 120_000)
})
