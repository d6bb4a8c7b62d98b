/**
 * Keeps documents up to date: `npm run docs` writes into every Markdown file what follows from the code, and
 * `npm run check` (`--check`) fails on stale parts, on links, commands and decisions that do not exist, and on words that
 * are not plain English, also in the comments and strings of sources. Markers:
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
import { probes } from "./docs/probes.ts"
import { referenceFindings } from "./docs/references.ts"
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
  ...referenceFindings(documents, sources),
  ...languageFindings(new Map([...documents, ...sources]))
]

const [texts, code] = [documents(), sources()]
const found = findingsIn(texts, code)
const missed = probes.flatMap(([file, fault, finding]) => {
  const planted: Texts = new Map([[file, `${fault}\n`]])
  const findings = file.endsWith(".md")
    ? findingsIn(new Map([...texts, ...planted]), new Map())
    : findingsIn(texts, planted)
  const reported = findings.filter((finding) => finding.startsWith(`${file}: `))
  return reported.length > 0 && reported.every((line) => finding.test(line))
    ? []
    : [`${JSON.stringify(fault)} led to: ${reported}`]
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
