/** Whether the documents name what exists: scripts, decisions, the size of the README. */
import manifest from "../../package.json" with { type: "json" }
import { codeOf, type Texts } from "./texts.ts"

const scripts = Object.keys(manifest.scripts)
const isCommand = (run: string | undefined, name: string): boolean =>
  run !== undefined || ["start", "test"].includes(name)
    ? scripts.includes(name)
    : ["ci", "install", "ls", "publish", "version"].includes(name)

/** The `npm` commands in a document's code that do not exist. */
const commandFindings = (text: string): ReadonlyArray<string> =>
  codeOf(text)
    .flatMap((code) => Array.from(code.matchAll(/\bnpm (run )?([a-z][\w:-]*)/g)))
    .flatMap(([command, run, name = ""]) => (isCommand(run, name) ? [] : [`there is no command ${command}`]))

/** npm runs the script `version`; people run all others, and CONTRIBUTING.md lists them. */
const contributingFindings = (text: string): ReadonlyArray<string> => {
  const listed = Array.from(text.matchAll(/^\| `npm (?:run )?([\w:]+)` \|/gm), ([, name]) => name)
  const missing = scripts.filter((name) => name !== "version" && !listed.includes(name))
  return missing.length === 0 ? [] : [`the table of commands lacks ${missing.join(", ")}`]
}

const readmeFindings = (text: string): ReadonlyArray<string> => [
  ...(text.trimEnd().split("\n").length > 150 ? ["it has more than 150 lines"] : []),
  ...(/^(?:\|.*\n){13}/m.test(text) ? ["a table has more than ten rows"] : [])
]

/** The findings about commands, decisions, and the documents that have a fixed form. */
export const referenceFindings = (documents: Texts, sources: Texts): ReadonlyArray<string> => {
  const decisions = [...documents].flatMap(([file, text]) => {
    const [, name = "", number] = /^docs\/decisions\/((\d{4})-.*)$/.exec(file) ?? []
    return number === undefined ? [] : [{ name, number: Number(number), title: /^# \d+\. (.*)$/m.exec(text)?.[1] }]
  })
  const numbers = decisions.map(({ number }) => number)
  const indexFindings = (text: string): ReadonlyArray<string> =>
    decisions
      .filter(({ name, number, title }) => !text.includes(`\n${number}. [${title}](${name}): `))
      .map(({ name, title }) => `the list lacks ${name}, "${title}"`)
  const forms = new Map([
    ["README.md", readmeFindings],
    ["CONTRIBUTING.md", contributingFindings],
    ["docs/decisions/README.md", indexFindings]
  ])
  return [...documents, ...sources].flatMap(([file, text]) =>
    [
      ...Array.from(text.matchAll(/\bdecisions? (\d+)/gi), ([, number]) => Number(number))
        .filter((number) => !numbers.includes(number))
        .map((number) => `there is no decision ${number}`),
      ...(file.endsWith(".md") ? commandFindings(text) : []),
      ...(forms.get(file)?.(text) ?? [])
    ].map((finding) => `${file}: ${finding}`)
  )
}
