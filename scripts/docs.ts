/**
 * Keeps the documents true: `npm run docs` writes into every Markdown file what follows from the code, and
 * `npm run check` (`--check`) fails if that is stale, and on dead links and words that language should avoid. Markers:
 *
 * - `<!-- generated: NAME -->` … `<!-- end: NAME -->` around a part of scripts/docs/parts.ts;
 * - `<!-- example: NAME -->` or `<!-- example: FILE#REGION -->` before a `ts` block that quotes examples/NAME.ts, or what
 *   `// #region REGION` and `// #endregion` enclose in examples/FILE.ts; each `ts` block needs it;
 * - `<!-- not run: REASON -->` before a `sh` block that apps/server/test/Documents.integration.test.ts cannot run.
 */
import { writeFileSync } from "node:fs"
import { languageFindings } from "./docs/language.ts"
import { linkFindings } from "./docs/links.ts"
import { parts } from "./docs/parts.ts"
import { markerFindings, rewrite } from "./docs/rewrite.ts"
import { documents, quotations, shellBlocks, sources, type Texts } from "./docs/texts.ts"

const origin = { parts, quotations: quotations() }
const code = sources()

if (!process.argv.includes("--check")) {
  for (const [file, text] of documents()) {
    const written = rewrite(text, origin)
    if (written !== text) writeFileSync(file, written)
  }
}

const findingsIn = (documents: Texts): ReadonlyArray<string> => [
  ...markerFindings(documents, origin),
  ...linkFindings(documents),
  ...languageFindings(documents, code)
]

/** A document with one fault of each kind, planted in memory, and the finding that must report it. */
const probes: ReadonlyArray<readonly [fault: string, finding: RegExp]> = [
  ["<!-- generated: codes -->\n| `OK` |\n<!-- end: codes -->", /the part codes is stale/],
  ["<!-- generated: codes -->\n| `OK` |", /is not of the form/],
  ["<!-- example: memory -->\n```ts\nlet stale\n```", /the example memory is stale/],
  ["<!-- example: zz-missing -->", /no example zz-missing/],
  ["```ts\nlet unmarked\n```", /is not of the form/],
  ["```bash\nls\n```", /shell blocks are/],
  ["[a file](zz-missing.md)", /leads to no file/],
  ["[a heading](../README.md#zz-missing)", /leads to no heading/],
  ["[outside](../../README.md)", /leaves the repository/],
  ["First this. Who reads it stops.", /"Who" in/],
  ["The function tells the caller.", /"tells" in/]
]
const probe = "docs/zz-probe.md"

const texts = documents()
const found = findingsIn(texts)
const missed = probes.flatMap(([fault, finding]) => {
  const reported = findingsIn(new Map([...texts, [probe, `${fault}\n`]])).filter((finding) => finding.startsWith(probe))
  return reported.length === 1 && finding.test(reported.join()) ? [] : [`${JSON.stringify(fault)} led to: ${reported}`]
})
const notRun = [...texts].flatMap(([file, text]) =>
  shellBlocks(text).flatMap(({ notRun }) => (notRun === undefined ? [] : [`${file}: ${notRun}`]))
)

for (const block of notRun) console.log(`not run: ${block}`)
for (const finding of [...found, ...missed]) console.log(finding)
console.log(
  `${texts.size} documents, ${found.length} findings, ${probes.length - missed.length} of ${probes.length} probes reported`
)
process.exitCode = found.length + missed.length === 0 ? 0 : 1
