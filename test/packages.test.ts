/** The packages as published on npm: packed, installed in an empty folder, and compiled and run there. */
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { promisify } from "node:util"
import { gzipSync } from "node:zlib"
import { createClient } from "@communications/http/client"
import { examples, expectUsable } from "@communications/test-support/examples"
import { assert, describe, it } from "@effect/vitest"
import { build } from "rolldown"
import { afterAll, beforeAll } from "vitest"
import { everyExport, forgottenTypes } from "./publicTypes.ts"

const libraries = ["core", "http", "postgres"]
/** All packages, with their folders. */
const folders: Readonly<Record<string, string>> = {
  ...Object.fromEntries(libraries.map((library) => [library, `packages/${library}`])),
  server: "apps/server"
}
/** The oldest supported Node. */
const oldest = "22.19.0"
/** The last version of Effect before the oldest supported one. */
const oldEffect = "4.0.6"
/** Other versions, by the names under which they are installed. In TypeScript 5.8 CommonJS may first require an ES module. */
const aliases = {
  "old-effect": `npm:effect@${oldEffect}`,
  "typescript-5.6": "npm:typescript@5.6.3",
  "typescript-5.8": "npm:typescript@5.8.3",
  "typescript-7.0": "npm:typescript@7.0.2"
}
/** The binaries of other runtimes. They are not in package.json, because every installation would grow by 195 MB. */
const binaries: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bun: {
    "linux-x64": "@oven/bun-linux-x64@1.4.5",
    "linux-arm64": "@oven/bun-linux-aarch64@1.4.5",
    "darwin-x64": "@oven/bun-darwin-x64@1.4.5",
    "darwin-arm64": "@oven/bun-darwin-aarch64@1.4.5",
    "win32-x64": "@oven/bun-windows-x64@1.4.5"
  },
  deno: {
    "linux-x64": "@deno/linux-x64-glibc@2.9.6",
    "linux-arm64": "@deno/linux-arm64-glibc@2.9.6",
    "darwin-x64": "@deno/darwin-x64@2.9.6",
    "darwin-arm64": "@deno/darwin-arm64@2.9.6",
    "win32-x64": "@deno/win32-x64@2.9.6"
  }
}
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

/** Our packages as dependencies; the files are in a folder. */
const ourPackages = (folder: string) =>
  Object.fromEntries([...packed].map(([name, { filename }]) => [`@communications/${name}`, `${folder}/${filename}`]))

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "communications-packages-")))
  for (const [name, source] of Object.entries(folders)) {
    const options = ["--json", "--foreground-scripts=false", "--pack-destination", folder]
    const [result]: ReadonlyArray<Packed> = JSON.parse(await run(source, "npm", "pack", ...options))
    if (result !== undefined) packed.set(name, result)
  }
  const { devDependencies }: { readonly devDependencies: Record<string, string> } = JSON.parse(
    await readFile("package.json", "utf8")
  )
  const tools = ["@effect/platform-node", "@effect/sql-pg", "@types/node", "@types/pg", "drizzle-orm", "effect"]
  const hosts = ["fastify", "hono", "kysely", "pg", "postgres", "typescript"]
  const dependencies = {
    ...ourPackages("."),
    ...Object.fromEntries([...tools, ...hosts].map((name) => [name, devDependencies[name]])),
    ...aliases,
    jest: "30.5.2",
    "oldest-node": `npm:node-${platform}-${process.arch}@${oldest}`,
    ...Object.fromEntries(
      Object.entries(binaries).map(([runtime, by]) => [runtime, `npm:${by[`${process.platform}-${process.arch}`]}`])
    )
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }))
  await run(folder, "npm", "install", "--no-audit", "--no-fund")
  await cp("examples", join(folder, "src"), { recursive: true, filter: (file) => !/\.test\.ts$|executors$/.test(file) })
  await cp("test/served.ts", join(folder, "src/served.ts"))
  await cp("test/consumers", join(folder, "consumers"), { recursive: true })
  const compilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, module: "NodeNext", target: "ES2024", types: ["node"] },
    ...{ rootDir: "src", outDir: "out" }
  }
  const all = { compilerOptions, include: ["src"], exclude: ["src/next.ts"] }
  // The declarations of Drizzle do not compile.
  const drizzle = { compilerOptions: { ...compilerOptions, skipLibCheck: true }, files: ["src/next.ts"] }
  // A host may take the types `Request` and `Response` from the DOM or from Node.
  for (const [name, others] of [
    ["dom", { lib: ["ES2024", "DOM", "DOM.Iterable"], types: [] }],
    // The declarations of Effect need the DOM.
    ["node", { lib: ["ES2024"], types: ["node"], skipLibCheck: true }]
  ] as const) {
    const project = { compilerOptions: { ...compilerOptions, ...others, noEmit: true }, files: ["src/served.ts"] }
    await writeFile(join(folder, `tsconfig.${name}.json`), JSON.stringify(project))
  }
  for (const option of ["declaration", "composite"]) {
    const options = { ...compilerOptions, target: "ES2022", skipLibCheck: true, [option]: true }
    const project = {
      compilerOptions: { ...options, rootDir: "consumers", outDir: `out/${option}` },
      include: ["consumers/*.ts"]
    }
    await writeFile(join(folder, `tsconfig.${option}.json`), JSON.stringify(project))
  }
  const commonJs = { ...compilerOptions, target: "ES2022", skipLibCheck: true, rootDir: "consumers" }
  await writeFile(
    join(folder, "tsconfig.commonjs.json"),
    JSON.stringify({ compilerOptions: commonJs, files: ["consumers/commonjs.cts"] })
  )
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(all))
  await writeFile(join(folder, "tsconfig.drizzle.json"), JSON.stringify(drizzle))
}, 600_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe("a package", () => {
  for (const [library, source] of Object.entries(folders)) {
    it(`${library}: contains its sources, the files built from them, and nothing else`, async () => {
      const sources = (await readdir(join(source, "src"), { recursive: true }))
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

  it("resolves to its built files, never to its sources", async () => {
    for (const name of [...libraries, "core/testing", "http/client"].map((path) => `@communications/${path}`)) {
      const script = `console.log(import.meta.resolve("${name}"))`
      const found = await run(folder, process.execPath, "--input-type=module", "--eval", script)
      assert.match(found, /\/@communications\/\w+\/dist\/.*\.js\n$/)
    }
  })
})

describe("in a separate project", () => {
  it("everything compiles in strict mode, including the types of the libraries", async () => {
    for (const project of ["tsconfig.json", "tsconfig.drizzle.json"]) {
      await run(folder, process.execPath, "node_modules/typescript/bin/tsc", "--project", project)
    }
  }, 300_000)

  for (const globals of ["dom", "node"]) {
    it(`the handler has the type of a Fetch handler, with the types of ${globals}`, async () => {
      await run(folder, process.execPath, "node_modules/typescript/bin/tsc", "--project", `tsconfig.${globals}.json`)
    }, 120_000)
  }

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

const roots = () => libraries.map((library) => join(folder, "node_modules/@communications", library))
const compile = (compiler: string, project: string) =>
  run(folder, process.execPath, `node_modules/${compiler}/bin/tsc`, "--project", project)

describe("the types", () => {
  beforeAll(async () => writeFile(join(folder, "consumers/everyExport.ts"), await everyExport(roots())))

  it("every type that a public type mentions is exported", () => {
    assert.deepStrictEqual(forgottenTypes(roots()), [])
  }, 60_000)

  for (const compiler of ["typescript-5.6", "typescript", "typescript-7.0"]) {
    for (const option of ["declaration", "composite"]) {
      it(`a host with ${option}: true compiles with ${compiler}`, async () => {
        await compile(compiler, `tsconfig.${option}.json`)
        assert.include(await readFile(join(folder, `out/${option}/declarations.d.ts`), "utf8"), "CommunicationsApi")
      }, 120_000)
    }
  }
})

describe("a CommonJS host", () => {
  for (const compiler of ["typescript-5.8", "typescript", "typescript-7.0"]) {
    it(`compiles with ${compiler}, and runs on the oldest and the current Node`, async () => {
      await compile(compiler, "tsconfig.commonjs.json")
      for (const node of [process.execPath, join(folder, "node_modules/oldest-node/bin/node")]) {
        assert.strictEqual(await run(folder, node, "out/commonjs.cjs"), "7 InvalidToken\n")
      }
    }, 120_000)
  }
})

/** Makes a host with an old `effect` at this place, and returns the outcome of importing each entry. */
const importedWith = async (name: string, place: string) => {
  const host = join(folder, name)
  const scope = join(host, "node_modules/@communications")
  await cp(join(folder, "node_modules/@communications"), scope, { recursive: true })
  await mkdir(dirname(join(host, place)), { recursive: true })
  await symlink(join(folder, "node_modules/old-effect"), join(host, place), "junction")
  const outcomes: Record<string, string> = {}
  for (const library of libraries) {
    const { exports }: { readonly exports: object } = JSON.parse(
      await readFile(join(scope, library, "package.json"), "utf8")
    )
    for (const path of Object.keys(exports)) {
      const script = `import("@communications/${library}${path.slice(1)}").then(() => console.log("imported"), ({ message }) => console.log(message))`
      outcomes[`${library}${path.slice(1)}`] = (await run(host, process.execPath, "--eval", script)).trim()
    }
  }
  return outcomes
}

describe("another effect", () => {
  it("an old one is refused by every entry that needs Effect", async () => {
    const { "http/client": client, ...others } = await importedWith("old-effect", "node_modules/effect")
    assert.strictEqual(client, "imported")
    const { peerDependencies }: { readonly peerDependencies: { readonly effect: string } } = JSON.parse(
      await readFile("packages/core/package.json", "utf8")
    )
    const needed = peerDependencies.effect.replace("^", "")
    const sentence = `@communications/core needs effect ${needed} or newer, found ${oldEffect}: install effect@^${needed}`
    for (const [name, message] of Object.entries(others)) assert.strictEqual(message, sentence, name)
  }, 120_000)

  for (const library of ["http", "postgres"]) {
    it(`a second one, for ${library} only, is refused by the entries of ${library}`, async () => {
      const place = `node_modules/@communications/${library}/node_modules/effect`
      const sentence = `@communications/${library} and @communications/core load two copies of effect`
      for (const [name, message] of Object.entries(await importedWith(`two-${library}`, place))) {
        if (name.startsWith(library) && name !== "http/client") assert.include(message, sentence, name)
        else assert.strictEqual(message, "imported", name)
      }
    }, 120_000)
  }
})

/** Programs that serve the API and print the port. */
const servers = {
  bun: {
    binary: "node_modules/bun/bin/bun",
    parameters: ["--eval"],
    program: `console.log(Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: handler }).port)`
  },
  deno: {
    binary: "node_modules/deno/deno",
    parameters: ["eval", "--ext=js"],
    program: `Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) }, handler)`
  }
}

describe("the API in another runtime", () => {
  for (const [runtime, { binary, parameters, program }] of Object.entries(servers)) {
    it(`${runtime}: from a log-in to a completed communication`, async () => {
      const script = `import { handler } from ${JSON.stringify(`file://${folder}/out/served.js`)}\n${program}`
      const server = spawn(join(folder, binary), [...parameters, script], {
        ...{ cwd: folder, stdio: ["ignore", "pipe", "inherit"] }
      })
      try {
        const [port] = await once(createInterface(server.stdout), "line")
        const baseUrl = `http://127.0.0.1:${port}`
        const credentials = { organisation: "acme", username: "demo", password: "secret" }
        const { token } = await createClient({ baseUrl }).authentication.token(credentials)
        const { communications, contact_information, health } = createClient({ baseUrl, token })
        const contact = await contact_information.create({
          ...{ type: "PERSON", life_cycle_state: "MARKETING", first_name: "Zoë", last_name: "π" }
        })
        const identifier = { contact_information_identifier: { id: contact.id } }
        const { number } = await communications.create({ ...identifier, direction: "OUTGOING", media: "EMAIL" })
        const communication = { communication_identifier: { number } }
        const completed = await communications.complete(communication)
        assert.deepStrictEqual([completed.life_cycle_state, completed.contact_information], ["COMPLETED", contact])
        const again = await communications.complete(communication).then(
          () => undefined,
          (error: unknown) => error
        )
        assert.include(String(again), "NOT_DRAFT")
        assert.deepStrictEqual(await health.ready(), {})
        const document = await fetch(`${baseUrl}/openapi.json`, { method: "HEAD" })
        assert.isAbove(Number(document.headers.get("content-length")), 5_000)
      } finally {
        server.kill()
      }
    }, 60_000)
  }
})

describe("the server", () => {
  const name = "@communications/server"

  it("is installed without development dependencies, and its size is the one in its README", async () => {
    const home = join(folder, "server")
    await mkdir(home)
    await writeFile(join(home, "package.json"), JSON.stringify({ private: true, dependencies: ourPackages("..") }))
    await run(home, "npm", "install", "--omit=dev", "--no-audit", "--no-fund")
    const files = await readdir(join(home, "node_modules"), { recursive: true, withFileTypes: true })
    let bytes = 0
    for (const file of files) if (file.isFile()) bytes += (await stat(join(file.parentPath, file.name))).size
    const stated = /takes (?<megabytes>\d+) MB/.exec(await readFile("apps/server/README.md", "utf8"))
    assert.approximately(Number(stated?.groups?.megabytes), bytes / 1e6, bytes / 1e7)
  }, 120_000)

  for (const node of [process.execPath, "oldest-node"]) {
    it(`starts in an empty folder, and runs commands, on ${node === "oldest-node" ? `Node ${oldest}` : `Node ${process.versions.node}`}`, async () => {
      const home = await mkdtemp(join(folder, "server/data-"))
      const bin = dirname(node === "oldest-node" ? join(folder, "node_modules/oldest-node/bin/node") : node)
      const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, PORT: "0", DATABASE_URL: "" }
      const npx = (...parameters: ReadonlyArray<string>) =>
        promisify(execFile)("npx", ["--offline", name, ...parameters], { cwd: home, env }).then(({ stdout }) => stdout)
      const { version }: { readonly version: string } = JSON.parse(await readFile("package.json", "utf8"))
      assert.strictEqual(await npx("--version"), `communications ${version}\n`)
      assert.include(
        await npx("organisation", "create", "ACME"),
        `npx ${name} user create USERNAME --organisation ACME`
      )
      assert.include(await npx("seed"), "demonstration data")

      const program = join(folder, "server/node_modules/.bin/communications")
      const server = spawn(program, { cwd: home, env, stdio: ["ignore", "pipe", "inherit"] })
      try {
        const [line] = await once(createInterface(server.stdout), "line")
        const { url }: { readonly url: string } = JSON.parse(line)
        const { communications } = createClient({ baseUrl: url, token: "B679A1250F36F8D4DAF607B2D83ED551" })
        const completed = await communications.complete({ communication_identifier: { number: "41" } })
        assert.strictEqual(completed.life_cycle_state, "COMPLETED")
      } finally {
        server.kill("SIGTERM")
        assert.deepStrictEqual(await once(server, "exit"), [0, null])
      }
    }, 180_000)
  }
})

describe("the tests of a host, with createTestCommunications", () => {
  for (const node of [process.execPath, "oldest-node"]) {
    it(`run under Jest, on ${node === "oldest-node" ? `Node ${oldest}` : `Node ${process.versions.node}`}`, async () => {
      const program = node === "oldest-node" ? join(folder, "node_modules/oldest-node/bin/node") : node
      await mkdir(join(folder, "jest"), { recursive: true })
      const file = `
        import { createTestCommunications } from "@communications/core/testing"
        test("a draft is completed once", async () => {
          const { communications, caller, seed, recordedEvents } = createTestCommunications()
          const { number } = seed.draft()
          const request = { caller, communication_identifier: { number } }
          expect(await communications.complete(request)).toMatchObject({ ok: true })
          expect(await communications.complete(request)).toMatchObject({ error: { _tag: "NotDraft" } })
          expect(recordedEvents()).toMatchObject([{ number, to: "COMPLETED" }])
        })`
      await writeFile(join(folder, "jest/host.test.mjs"), file)
      const jest = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", "jest/host.test.mjs"]
      await run(folder, program, ...jest, "--testMatch", "**/jest/*.test.mjs")
    }, 120_000)
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

  it("depends only on effect, and its size is the one in its README", async () => {
    const { imports, kilobytes } = await bundled([/^effect(\/|$)/])
    assert.deepStrictEqual(imports, ["effect"])
    assert.approximately(await stated(/(?<kilobytes>\d+) kB without `effect`/), kilobytes, kilobytes / 10)
  }, 120_000)

  it("has no other imports when effect is bundled, and its size is the one in its README", async () => {
    const { imports, kilobytes } = await bundled([])
    assert.deepStrictEqual(imports, [])
    assert.approximately(await stated(/(?<kilobytes>\d+) kB with it/), kilobytes, kilobytes / 10)
  }, 120_000)
})
