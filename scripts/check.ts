/** Runs all checks, prints one line for each and the output of those that fail: `npm run check`. */
import { spawnSync } from "node:child_process"
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, resolve } from "node:path"

interface Step {
  readonly name: string
  readonly commands: ReadonlyArray<string>
  /** Some tools pass if they read nothing: whether the output shows that this one read every file. */
  readonly sawAll?: (output: string) => boolean
  /** The lines of its output that are printed even if it passes. */
  readonly notes?: RegExp
}

process.chdir(resolve(import.meta.dirname, ".."))
const env = {
  ...process.env,
  PATH: `${resolve("node_modules/.bin")}${delimiter}${process.env.PATH}`,
  NO_COLOR: "1",
  FORCE_COLOR: undefined
}

const sources = globSync("{packages,apps}/*/src/**/*.ts")
const others = globSync("**/*.ts", {
  exclude: ["**/node_modules", "**/dist", "{packages,apps}/*/src", "bench/peers", "examples/executors"]
})
const files = [...sources, ...others]

interface Manifest {
  readonly private?: boolean
  readonly exports?: object
}

/** The packages that are published to npm, and whether programs import them. */
const published = globSync("{packages,apps}/*").flatMap((folder) => {
  const manifest: Manifest = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"))
  return manifest.private === true ? [] : [{ folder, isImported: manifest.exports !== undefined }]
})

/** The files for Effect's diagnostics, sources first: TypeScript's project service fails on one that it reads after a test. */
const effectFiles = "node_modules/.cache/effect-diagnostics.json"
mkdirSync("node_modules/.cache", { recursive: true })
writeFileSync(effectFiles, JSON.stringify({ files: files.map((file) => resolve(file)) }))

const steps: ReadonlyArray<Step> = [
  { name: "format and lint", commands: ["biome ci --error-on-warnings --colors=off"] },
  { name: "types", commands: ["tsc -b"] },
  {
    name: "Effect diagnostics",
    commands: [
      `effect-language-service diagnostics --project ${effectFiles} --strict --severity error,warning --format text`
    ],
    sawAll: (output) => output.includes(`Checked ${files.length} files out of ${files.length} files`)
  },
  {
    name: "dependency rules",
    commands: ["depcruise ."],
    sawAll: (output) => Number(/(\d+) modules/.exec(output)?.[1]) >= files.length
  },
  { name: "probes", commands: ["node scripts/probes.ts"] },
  { name: "OpenAPI document", commands: ["node --conditions=@communications/source scripts/openapi.ts"] },
  {
    name: "documents",
    commands: ["node --conditions=@communications/source scripts/docs.ts --check"],
    notes: /^not run: .*$/gm
  },
  { name: "versions and addresses", commands: ["node scripts/manifests.ts --check"] },
  { name: "unused code", commands: ["knip"] },
  {
    name: "published shape",
    commands: published.flatMap(({ folder, isImported }) => [
      `publint ${folder} --strict`,
      ...(isImported ? [`attw --pack ${folder} --profile esm-only --no-color`] : [])
    ])
  }
]

/** Runs only if the bench's own dependencies are installed. */
const peers: Step = { name: "types of the bench's peers", commands: ["npm run check --prefix bench"] }
const isInstalled = existsSync("bench/node_modules")
if (!isInstalled) console.log(`skipped ${peers.name}: npm ci --prefix bench installs their dependencies`)

/** Runs a step: the notes in its output, and the output of each command that failed. */
const run = ({ commands, sawAll = () => true, notes }: Step) => {
  const results = commands.map((command) => {
    const { status, stdout, stderr } = spawnSync(command, { shell: true, env, encoding: "utf8" })
    const output = `$ ${command}\n${stdout}${stderr}`
    if (!sawAll(output)) return { output: `${output}It did not see all ${files.length} files.\n`, failed: true }
    return { output, failed: status !== 0 }
  })
  return {
    notes: notes === undefined ? [] : results.flatMap(({ output }) => output.match(notes) ?? []),
    failures: results.filter(({ failed }) => failed).map(({ output }) => output)
  }
}

for (const step of isInstalled ? [...steps, peers] : steps) {
  const start = performance.now()
  const { notes, failures } = run(step)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${failures.length === 0 ? "ok    " : "FAILED"} ${step.name} (${seconds} s)`)
  for (const line of failures.length === 0 ? notes : failures) console.log(line)
  if (failures.length > 0) process.exitCode = 1
}
