import { existsSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import type { Texts } from "./texts.ts"

/** A document without its code, in which nothing is a link or a heading. */
const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, "")

/** The anchors that GitHub makes of the headings of a document. */
const anchorsOf = (text: string): ReadonlySet<string> => {
  const anchors = new Set<string>()
  for (const [, heading = ""] of withoutCode(text).matchAll(/^#{1,6} (.*)$/gm)) {
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

const link = /\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)|(?:href|src)="([^"]+)"/gm

/** The links of the documents that lead to no file, to no heading or out of the repository. */
export const linkFindings = (documents: Texts): ReadonlyArray<string> =>
  [...documents].flatMap(([file, text]) => {
    const prose = withoutCode(text).replaceAll(/`[^`\n]*`/g, "")
    const targets = Array.from(prose.matchAll(link), ([, inline, reference, html]) => inline ?? reference ?? html ?? "")
    return targets
      .filter((target) => !/^[a-z]+:/.test(target))
      .flatMap((target) => {
        const [path = "", anchor] = target.split("#")
        const found = path === "" ? file : relative("", resolve(join(file, ".."), decodeURI(path)))
        if (found.startsWith("..")) return [`${file}: the link ${target} leaves the repository`]
        if (!documents.has(found) && !existsSync(found)) return [`${file}: the link ${target} leads to no file`]
        const headings = documents.get(found)
        if (anchor === undefined || headings === undefined || anchorsOf(headings).has(anchor)) return []
        return [`${file}: the link ${target} leads to no heading`]
      })
  })
