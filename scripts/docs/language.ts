import ts from "typescript"
import { type Texts, withoutBlocks } from "./texts.ts"

/** Beginnings of sentences, and words, that readers have to decode. */
const avoided = [
  /(?<![a-z\d])(?:Who|Whoever|What is|What was)(?![a-z\d])/g,
  /\b(?:told|tells|whoever|whom|gathered|wanted|held|left|taken|the family|ceremony|anew|altogether)\b/gi
]

/** Phrases in which such a word is plain, each with the reason. */
const allowed: ReadonlyArray<readonly [phrase: RegExp, reason: string]> = [
  [/\bsteps?(?: \w+){0,4} taken\b/gi, "the term: a step is taken"],
  [/\btaken over\b/gi, "the usual word for a process that replaces another"],
  [/\b(?:by|for) whom\b/gi, "has no plainer form of the same length"],
  [/\bno space left on device\b/gi, "the message of the operating system"],
  [/\badd the family\b/g, "the name of a released migration"]
]

/** The paragraphs of a document, without its code and list markers. */
const paragraphsOf = (text: string): ReadonlyArray<string> =>
  withoutBlocks(text)
    .replaceAll(/`[^`\n]*`/g, "``")
    .split(/\n\s*\n|\n(?= *(?:[-*|#]|\d+\.) )/)

/** The comments of a source: each block, and each run of lines that begin with `//`, or in scripts and YAML with `#`. */
const commentsOf = (code: string, mark: string): ReadonlyArray<string> =>
  Array.from(
    code.matchAll(new RegExp(`(?<=^|\\s)(?:/\\*[\\s\\S]*?\\*/|${mark}.*(?:\\n *${mark}.*)*)`, "g")),
    ([comment]) => comment.replaceAll(new RegExp(`/\\*\\*?|\\*/|^ *(?:\\*|${mark})`, "gm"), "")
  )

/** The string literals with a blank, which people may read; no tagged template, and no SQL. */
const stringsOf = (code: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node)) return
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      found.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile("", code, ts.ScriptTarget.Latest))
  return found.filter((text) => /\S\s+\S/.test(text) && !/\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER)\b/.test(text))
}

const proseOf = (file: string, text: string): ReadonlyArray<string> => {
  if (file.endsWith(".md")) return paragraphsOf(text)
  if (file.endsWith("package.json")) return text.match(/(?<="description": ).*/g) ?? []
  if (/\.(?:sh|yml)$|^\.ci\//.test(file)) return commentsOf(text, "#")
  return [...commentsOf(text, "//"), ...stringsOf(text)]
}

/** The findings about the prose of documents, comments, string literals and descriptions. */
export const languageFindings = (texts: Texts): ReadonlyArray<string> =>
  [...texts].flatMap(([file, text]) =>
    proseOf(file, text).flatMap((prose) => {
      const checked = allowed.reduce((rest, [phrase]) => rest.replaceAll(phrase, ""), prose.replaceAll(/\s+/g, " "))
      return avoided.flatMap((words) =>
        Array.from(checked.matchAll(words), ({ 0: word, index }) => {
          const around = checked.slice(Math.max(0, index - 30), index + word.length + 30)
          return `${file}: "${word}" in "${around}"`
        })
      )
    })
  )
