import { readFileSync } from "node:fs"

const operating = readFileSync("docs/operating.md", "utf8")

/** A chapter of docs/operating.md, or a part of one. */
export const chapterOf = (title: string): string =>
  new RegExp(`^(#+) ${title}\\n([\\s\\S]*?)^(?:\\1|##) `, "m").exec(operating)?.[2] ?? ""

/** The first block of this language in docs/operating.md, or in one of its chapters. */
export const blockOf = (language: string, text = operating): string =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(text)?.[1] ?? ""
