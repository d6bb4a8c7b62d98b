import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import manifest from "../../package.json" with { type: "json" }
import { type Texts, withoutBlocks } from "./texts.ts"

/** The address of the repository. */
export const repository = manifest.repository.url.replaceAll(/^git\+|\.git$/g, "")

/** The anchors that GitHub makes of the headings of a document. */
const anchorsOf = (text: string): ReadonlySet<string> => {
  const anchors = new Set<string>()
  for (const [, heading = ""] of withoutBlocks(text).matchAll(/^#{1,6} (.*)$/gm)) {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-")
    let unique = anchor
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`
    anchors.add(unique)
  }
  return anchors
}

const link = /\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]: (\S+)|(?:href|src)=["']([^"']+)["']/gm

/** The links of the documents that lead to no file, to no heading or out of the repository. */
export const linkFindings = (documents: Texts): ReadonlyArray<string> =>
  [...documents].flatMap(([file, text]) => {
    const prose = withoutBlocks(text).replaceAll(/`[^`\n]*`/g, "")
    const undefinedLinks = Array.from(
      prose.matchAll(/\[([^\]]+)\]\[([^\]]*)\]/g),
      ([, label = "", name]) => name || label
    )
      .filter((name) => !prose.toLowerCase().includes(`\n[${name.toLowerCase()}]: `))
      .map((name) => `${file}: the link [${name}] has no definition`)
    const targets = Array.from(prose.matchAll(link), ([, inline, reference, html]) => inline ?? reference ?? html ?? "")
    const deadLinks = targets
      .map((target) => target.replace(`${repository}/blob/main/`, "/").replace(`${repository}/tree/main/`, "/"))
      .filter((target) => !/^[a-z]+:/i.test(target))
      .flatMap((target) => {
        const [path = "", anchor] = target.split("#")
        const folder = path.startsWith("/") ? "." : dirname(file)
        const found = path === "" ? file : join(folder, decodeURI(path))
        if (found.startsWith("..")) return [`${file}: the link ${target} leaves the repository`]
        if (!documents.has(found) && !existsSync(found)) return [`${file}: the link ${target} leads to no file`]
        const headings = documents.get(found)
        if (anchor === undefined || headings === undefined || anchorsOf(headings).has(anchor)) return []
        return [`${file}: the link ${target} leads to no heading`]
      })
    return [...undefinedLinks, ...deadLinks]
  })
