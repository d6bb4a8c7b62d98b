/** Makes declarations import `./file.js`: TypeScript rewrites `./file.ts` in code only. */
import { globSync, readFileSync, writeFileSync } from "node:fs"

for (const file of globSync("{packages,apps}/*/dist/**/*.d.ts")) {
  const text = readFileSync(file, "utf8")
  const published = text.replace(/((?:from |import\(|import )"\.{1,2}\/[^"]+)\.ts"/g, '$1.js"')
  if (published !== text) writeFileSync(file, published)
}
