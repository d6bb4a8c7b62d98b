/** Writes what documents take from the code: generated parts and examples, between or after their markers. */
import { shellBlocks, type Texts, withoutBlocks } from "./texts.ts"

export interface Sources {
  readonly parts: Texts
  readonly quotations: Texts
}

const generated = /^<!-- generated: (\S+) -->\n[\s\S]*?^<!-- end: \1 -->$/gm
const quoted = /^<!-- example: (\S+) -->\n(?:\n?^```ts\n[\s\S]*?^```\n)?/gm

/** The document as it should be; a marker that names nothing stays as it is, and is a finding. */
export const rewrite = (text: string, { parts, quotations }: Sources): string =>
  text
    .replaceAll(generated, (place, name: string) => {
      const part = parts.get(name)
      return part === undefined ? place : `<!-- generated: ${name} -->\n${part}\n<!-- end: ${name} -->`
    })
    .replaceAll(quoted, (place, name: string) => {
      const code = quotations.get(name)
      return code === undefined ? place : `<!-- example: ${name} -->\n\`\`\`ts\n${code}\`\`\`\n`
    })

/** The findings about the markers and code blocks of the documents. */
export const markerFindings = (documents: Texts, sources: Sources): ReadonlyArray<string> => {
  const placed = new Set<string>()
  const findings: Array<string> = []
  for (const [file, text] of documents) {
    const report = (finding: string) => findings.push(`${file}: ${finding}`)
    for (const [place, name = ""] of text.matchAll(generated)) {
      placed.add(name)
      if (!sources.parts.has(name)) report(`there is no part ${name}`)
      else if (rewrite(place, sources) !== place) report(`the part ${name} is stale: npm run docs`)
    }
    for (const [place, name = ""] of text.matchAll(quoted)) {
      if (!sources.quotations.has(name)) report(`there is no example ${name}`)
      else if (rewrite(place, sources) !== place) report(`the example ${name} is stale: npm run docs`)
    }
    if (file === "README.md" && shellBlocks(text).some(({ notRun }) => notRun !== undefined))
      report("each shell block of the README must run")
    const own = text.replaceAll(generated, "").replaceAll(quoted, "")
    const marker = /^\s*<!--\s*(?:generated|end|example)\b.*$|^```ts$/m.exec(own)?.[0]
    if (marker !== undefined)
      report(`${marker} is not of the form <!-- example: NAME --> or <!-- generated: NAME --> … <!-- end: NAME -->`)
    const fence = /^[\s>*+\d.-]*(?:```|~~~).*$/m.exec(withoutBlocks(own))?.[0]
    if (fence !== undefined)
      report(
        `${fence}: fences are exactly \`\`\`sh, ts, text, json, sql, ini, nginx, haproxy, yaml or mermaid, at the margin`
      )
  }
  for (const name of sources.parts.keys()) if (!placed.has(name)) findings.push(`no document has the part ${name}`)
  return findings
}
