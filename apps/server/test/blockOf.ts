import { readFileSync } from "node:fs"

/** The first block of this language in docs/operating.md. */
export const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(readFileSync("docs/operating.md", "utf8"))?.[1] ??
  ""
