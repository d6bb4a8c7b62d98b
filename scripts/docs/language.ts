import type { Texts } from "./texts.ts"

/** Beginnings of sentences, and words, that readers have to decode. */
const avoided = [
  /(?<=^|[.:;?!|] )(?:Who|Whoever|What is|What was)\b/gm,
  /\b(?:told|tells|whoever|whom|gathered|wanted|held|left|taken|the family|ceremony|anew|altogether)\b/gi
]

/** Phrases in which such a word is plain, each with the reason. */
const allowed: ReadonlyArray<readonly [phrase: RegExp, reason: string]> = [
  [/\b(?:ids?|names?|numbers?|ports?) (?:is|are) (?:already )?taken\b/gi, "the usual word for a name in use"],
  [/\bsteps?(?: \w+){0,4} taken\b/gi, "the term: a step is taken"],
  [/\btaken over\b/gi, "the usual word for a process that replaces another"],
  [/\block (?:is )?held\b/gi, "the term: a transaction holds a lock"],
  [/\b(?:by|for) whom\b/gi, "has no plainer form of the same length"],
  [/\bleft (?:for|of|open|out|over|the state|to)\b/gi, "phrases that every reader knows"]
]

/** The comments of a source: each block, and each run of `//` lines. */
const commentsOf = (code: string): ReadonlyArray<string> =>
  Array.from(code.matchAll(/(?<=^|\s)(?:\/\*[\s\S]*?\*\/|\/\/ .*(?:\n *\/\/ .*)*)/g), ([comment]) =>
    comment
      .replaceAll(/\/\*\*?|\*\/|^ *(?:\*(?!\/)|\/\/) ?/gm, "")
      .replaceAll(/\s+/g, " ")
      .trim()
  )

/** The paragraphs of a document, without its code and list markers. */
const paragraphsOf = (text: string): ReadonlyArray<string> =>
  text
    .replaceAll(/^```[\s\S]*?^```$/gm, "")
    .replaceAll(/`[^`\n]*`/g, "``")
    .split(/\n\s*\n|\n(?= *(?:[-*|#]|\d+\.) )/)
    .map((paragraph) => paragraph.replace(/^ *(?:[-*#]+|\d+\.) /, "").replaceAll(/\s*\n\s*/g, " "))

/** The findings about the prose of documents and the comments of sources. */
export const languageFindings = (texts: Texts): ReadonlyArray<string> =>
  [...texts].flatMap(([file, text]) =>
    (file.endsWith(".md") ? paragraphsOf(text) : commentsOf(text)).flatMap((prose) => {
      const checked = allowed.reduce((rest, [phrase]) => rest.replaceAll(phrase, ""), prose)
      return avoided.flatMap((words) =>
        Array.from(checked.matchAll(words), ({ 0: word, index }) => {
          const around = checked.slice(Math.max(0, index - 30), index + word.length + 30)
          return `${file}: "${word}" in "${around}"`
        })
      )
    })
  )
