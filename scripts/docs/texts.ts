import { globSync, readFileSync } from "node:fs"

/** Texts by their path. */
export type Texts = ReadonlyMap<string, string>

const read = (...patterns: ReadonlyArray<string>): Texts =>
  new Map(
    globSync(patterns, { exclude: ["**/node_modules", "**/dist", "**/data", "scripts/docs/probes.ts"] })
      .sort()
      .map((file) => [file, readFileSync(file, "utf8")])
  )

/** Every Markdown document of the repository. */
export const documents = (): Texts => read("**/*.md", ".github/**/*.md")

/** Every source, script, configuration with comments, and package.json. */
export const sources = (): Texts =>
  read("**/*.{ts,mts,mjs,cjs,jsonc,sh}", ".*.cjs", ".github/**/*.yml", ".ci/run", "**/package.json")

const code = /^```(?:sh|ts|text|json|sql|ini|nginx|haproxy|yaml|mermaid)\n(?:(?! *(?:```|~~~)).*\n)*```$/gm

/** A document without its code blocks. */
export const withoutBlocks = (text: string): string => text.replaceAll(code, "")

/** The code blocks of a document and its code in sentences. */
export const codeOf = (text: string): ReadonlyArray<string> => [
  ...(text.match(code) ?? []),
  ...(withoutBlocks(text).match(/`[^`\n]+`/g) ?? [])
]

/** What `ts` blocks quote: each example by its name, and its regions as `file#region`. */
export const quotations = (): Texts => {
  const found = new Map<string, string>()
  for (const [path, text] of read("examples/**/*.ts")) {
    const name = path.slice("examples/".length, -".ts".length)
    found.set(name, withoutRegionMarkers(text))
    for (const [, indent = "", region, body = ""] of text.matchAll(
      /^( *)\/\/ #region (\S+)\n([\s\S]*?)^ *\/\/ #endregion/gm
    ))
      found.set(`${name}#${region}`, withoutRegionMarkers(body).replaceAll(new RegExp(`^${indent}`, "gm"), ""))
  }
  return found
}

const withoutRegionMarkers = (code: string): string => code.replaceAll(/^ *\/\/ #(end)?region.*\n/gm, "")

/** A `sh` block, with the heading of its section, and the reason if it is not run. */
export interface ShellBlock {
  readonly section: string
  readonly code: string
  readonly notRun: string | undefined
}

/** The `sh` blocks of a document, in order. */
export const shellBlocks = (text: string): ReadonlyArray<ShellBlock> =>
  text.split(/^(?=## )/m).flatMap((chapter) => {
    const section = /^## (.*)/.exec(chapter)?.[1] ?? ""
    const blocks = chapter.matchAll(/(?:^<!-- not run: (.*) -->\n+)?^```sh\n([\s\S]*?)^```$/gm)
    return Array.from(blocks, ([, notRun, code = ""]) => ({ section, code, notRun }))
  })
