/**
 * Writes what follows from the root's package.json into the other manifests, the changelog and the OpenAPI document:
 * version, address of the repository, author, license, engines. `npm version` and `npm run manifests` run it, and then
 * let npm write the lockfiles. With `--check` it only compares, the lockfiles too.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"

type Versions = Readonly<Record<string, string>>

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
}

interface Lock {
  readonly version: string
  readonly packages: Readonly<Record<string, Partial<Manifest>>>
}

const read = (file: string): string => readFileSync(file, "utf8")
const print = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

interface Root extends Manifest {
  readonly author: string
  readonly engines: Versions
  readonly license: string
  readonly repository: { readonly url: string }
}

const root: Root = JSON.parse(read("package.json"))
const { author, engines, license, repository, version } = root
const address = repository.url.replace(/^git\+/, "").replace(/\.git$/, "")
const bugs = { url: `${address}/issues` }

const workspaces = globSync("{packages,apps}/*/package.json")
const manifests = new Map<string, Manifest>(
  [...workspaces, "bench/package.json"].map((file) => [file, JSON.parse(read(file))])
)
const ours = new Set([...manifests.values()].map(({ name }) => name))

/** Our packages depend on each other in exactly this version. */
const pinned = (versions: Versions): Versions =>
  Object.fromEntries(Object.entries(versions).map(([name, range]) => [name, ours.has(name) ? version : range]))

const manifestOf = (file: string, manifest: Manifest): Manifest => {
  const directory = dirname(file)
  const { dependencies, devDependencies } = manifest
  return {
    ...manifest,
    version,
    ...(manifest.private !== true && {
      ...{ author, engines, license },
      homepage: `${address}/tree/main/${directory}#readme`,
      bugs,
      repository: { ...repository, directory }
    }),
    ...(dependencies && { dependencies: pinned(dependencies) }),
    ...(devDependencies && { devDependencies: pinned(devDependencies) })
  }
}

/** Moves what is unreleased below a heading for this version, unless it has one, and links every heading. */
const changelogOf = (text: string): string => {
  const unreleased = "## [Unreleased]\n"
  if (!text.includes(unreleased)) throw new Error("CHANGELOG.md has no section Unreleased")
  const heading = `## [${version}] - ${new Date().toISOString().slice(0, 10)}\n`
  const released = text.includes(`## [${version}]`) ? text : text.replace(unreleased, `${unreleased}\n${heading}`)
  const versions = Array.from(released.matchAll(/^## \[(?<version>\d[^\]]*)\]/gm), ({ groups }) => groups?.version)
  const links = [
    `[Unreleased]: ${address}/compare/v${versions[0]}...HEAD`,
    ...versions.map((each) => `[${each}]: ${address}/releases/tag/v${each}`)
  ]
  return `${released.replace(/\n+(\[[^\]\n]+\]: .+\n?)*$/, "")}\n\n${links.join("\n")}\n`
}

const documentOf = (text: string): string => {
  const place = /(?<=\n {6}version: ")[^"]+(?=",\n)/g
  if (text.match(place)?.length !== 1) throw new Error("the OpenAPI document has no version, or several")
  return text.replace(place, version)
}

/** Each file with its text as it is and as it follows. */
const files = [
  { file: "package.json", next: () => print({ ...root, homepage: `${address}#readme`, bugs }) },
  ...[...manifests].map(([file, manifest]) => ({ file, next: () => print(manifestOf(file, manifest)) })),
  { file: "CHANGELOG.md", next: () => changelogOf(read("CHANGELOG.md")) },
  { file: "packages/http/src/document/Api.ts", next: () => documentOf(read("packages/http/src/document/Api.ts")) }
]

/** The packages whose versions in a lockfile differ from the root's; npm writes them. */
const staleIn = (lock: string, folders: ReadonlyArray<string>): ReadonlyArray<string> => {
  const { version: top, packages }: Lock = JSON.parse(read(lock))
  return folders
    .filter((folder) => {
      const { version: locked, dependencies, devDependencies } = packages[folder] ?? {}
      const linked = Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) => ours.has(name))
      return [top, locked, ...linked.map(([, range]) => range)].some((each) => each !== version)
    })
    .map((folder) => `${lock}: packages["${folder}"]`)
}

if (process.argv.includes("--check")) {
  const stale = [
    ...files.filter(({ file, next }) => next() !== read(file)).map(({ file }) => file),
    ...staleIn("package-lock.json", ["", ...workspaces.map((file) => dirname(file))]),
    ...staleIn("bench/package-lock.json", [""])
  ]
  for (const place of stale) console.log(`${place} differs from the root's package.json: npm run manifests`)
  process.exitCode = stale.length === 0 ? 0 : 1
} else for (const { file, next } of files) writeFileSync(file, next())
