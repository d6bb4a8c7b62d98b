/**
 * Keeps documents up to date: `npm run docs` writes into every Markdown file what follows from the code, and
 * `npm run check` (`--check`) fails on stale parts, dead links and sentences that are not plain English. Markers:
 *
 * - `<!-- generated: NAME -->` … `<!-- end: NAME -->` around a part of scripts/docs/parts.ts;
 * - `<!-- example: NAME -->` before each `ts` block, which quotes examples/NAME.ts, or `<!-- example: FILE#REGION -->`,
 *   which quotes the lines between `// #region REGION` and `// #endregion` in examples/FILE.ts;
 * - `<!-- not run: REASON -->` before a `sh` block that apps/server/test/Documents.integration.test.ts cannot run.
 */
import { writeFileSync } from "node:fs"
import { languageFindings } from "./docs/language.ts"
import { linkFindings } from "./docs/links.ts"
import { parts } from "./docs/parts.ts"
import { markerFindings, rewrite } from "./docs/rewrite.ts"
import { documents, quotations, shellBlocks, sources, type Texts } from "./docs/texts.ts"

const origin = { parts, quotations: quotations() }

if (!process.argv.includes("--check")) {
  for (const [file, text] of documents()) {
    const written = rewrite(text, origin)
    if (written !== text) writeFileSync(file, written)
  }
}

const findingsIn = (documents: Texts, sources: Texts): ReadonlyArray<string> => [
  ...markerFindings(documents, origin),
  ...linkFindings(documents),
  ...languageFindings(new Map([...documents, ...sources]))
]

/** A file with one fault, planted in memory, and the finding that must report it. */
const probes: ReadonlyArray<readonly [file: string, fault: string, finding: RegExp]> = [
  ["docs/zz.md", "<!-- generated: codes -->\n| `OK` |\n<!-- end: codes -->", /the part codes is stale/],
  ["docs/zz.md", "<!-- generated: codes -->\n| `OK` |", /is not of the form/],
  ["docs/zz.md", "<!-- example: memory -->\n```ts\nlet stale\n```", /the example memory is stale/],
  ["docs/zz.md", "<!-- example: missing -->", /there is no example missing/],
  ["docs/zz.md", "```ts\nlet unmarked\n```", /is not of the form/],
  ["docs/zz.md", "```bash\nls\n```", /shell blocks are/],
  ["README.md", "<!-- not run: it takes long -->\n```sh\nls\n```", /must run/],
  ["docs/zz.md", "[a file](missing.md)", /leads to no file/],
  ["docs/zz.md", "# A heading\n\n[a heading](#a-headline)", /leads to no heading/],
  ["docs/zz.md", "[outside](../../README.md)", /leaves the repository/],
  ["docs/zz.md", "First this. Who reads it stops.", /"Who" in/],
  ["zz.ts", "// The function\n// tells the caller.", /"tells" in/],
  ["zz.ts", "/** What is read. */", /"What is" in/]
]

const [texts, code] = [documents(), sources()]
const found = findingsIn(texts, code)
const missed = probes.flatMap(([file, fault, finding]) => {
  const planted: Texts = new Map([[file, `${fault}\n`]])
  const findings = file.endsWith(".md") ? findingsIn(planted, new Map()) : findingsIn(new Map(), planted)
  const reported = findings.filter((finding) => finding.startsWith(file))
  return reported.length === 1 && finding.test(reported.join()) ? [] : [`${JSON.stringify(fault)} led to: ${reported}`]
})
const notRun = [...texts].flatMap(([file, text]) =>
  shellBlocks(text).flatMap(({ notRun }) => (notRun === undefined ? [] : [`${file}: ${notRun}`]))
)

for (const block of notRun) console.log(`not run: ${block}`)
for (const finding of [...found, ...missed]) console.log(finding)
console.log(
  `${texts.size} documents, ${found.length} findings, ${missed.length} of ${probes.length} probes not reported`
)
process.exitCode = found.length + missed.length === 0 ? 0 : 1
