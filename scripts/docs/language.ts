import type { Texts } from "./texts.ts"

/** Beginnings of sentences, and words, that readers have to decode. */
const avoided = [
  /(?<=^|[.:;?!|] )(?:Who|Whoever|What is|What was)\b/gm,
  /\b(?:told|tells|whoever|whom|gathered|wanted|held|left|taken|the family|ceremony|anew|altogether)\b/gi
]

/** Phrases in which such a word is plain, each with the reason. */
const allowed: ReadonlyArray<readonly [phrase: RegExp, reason: string]> = [
  [/\b(?:ids?|names?|numbers?|ports?) (?:is|are) (?:already )?taken\b/gi, "the usual word for a name in use"],
  [/\bsteps?(?: \w+){0,3} taken\b/gi, "the term: a step is taken"],
  [/\block (?:is )?held\b/gi, "the term: a transaction holds a lock"],
  [/\bby whom\b/gi, "has no plainer form in a list of questions"],
  [/\bleft (?:for|of|open|out|over|to)\b/gi, "phrases that every reader knows"]
]

/** The comments of a source, each as one text; string literals with `//` in them, such as URLs, are none. */
const commentsOf = (code: string): ReadonlyArray<string> =>
  Array.from(
    code.matchAll(/\/\*\*?([\s\S]*?)\*\/|(?:(?:^|[^:"'`\w])\/\/ .*\n(?: *(?=\/\/ ))?)+/gm),
    ([comment, block]) => (block ?? comment).replaceAll(/\n *\* ?|\n? *\/\/ /g, " ").trim()
  )

/** The paragraphs of a document without its code, list markers and generated parts. */
const paragraphsOf = (text: string): ReadonlyArray<string> =>
  text
    .replaceAll(/^```[\s\S]*?^```$/gm, "")
    .replaceAll(/^<!-- generated: (\S+) -->[\s\S]*?^<!-- end: \1 -->$/gm, "")
    .replaceAll(/`[^`\n]*`/g, "``")
    .split(/\n\s*\n|\n(?= *(?:[-*|#]|\d+\.) )/)
    .map((paragraph) => paragraph.replace(/^ *(?:[-*#]+|\d+\.) /, "").replaceAll(/\s*\n\s*/g, " "))

const findingsIn = (texts: Texts, proseOf: (text: string) => ReadonlyArray<string>): ReadonlyArray<string> =>
  [...texts].flatMap(([file, text]) =>
    proseOf(text).flatMap((prose) => {
      const checked = allowed.reduce((rest, [phrase]) => rest.replaceAll(phrase, ""), prose)
      return avoided.flatMap((words) =>
        Array.from(checked.matchAll(words), ({ 0: word, index }) => {
          const around = checked.slice(Math.max(0, index - 30), index + word.length + 30)
          return `${file}: "${word}" in "${around}"`
        })
      )
    })
  )

/** The sentences of documents and comments that are not plain English. */
export const languageFindings = (documents: Texts, sources: Texts): ReadonlyArray<string> => [
  ...findingsIn(documents, paragraphsOf),
  ...findingsIn(sources, commentsOf)
]
