/** Lints the OpenAPI document by Redocly's recommended rules, and proves with a planted fault that they are applied. */
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { document } from "@communications/http/document"

const file = "node_modules/.cache/openapi.json"
mkdirSync("node_modules/.cache", { recursive: true })

/** The errors and warnings about a document, each with its rule and its place. */
const complaints = (linted: unknown): ReadonlyArray<string> => {
  writeFileSync(file, JSON.stringify(linted))
  const { stdout, stderr } = spawnSync("redocly", ["lint", "--extends=recommended", "--format=json", file], {
    encoding: "utf8",
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" }
  })
  const start = stdout.indexOf("{")
  if (start < 0) throw new Error(`Redocly printed no report on ${file}:\n${stdout}${stderr}`)
  const { problems } = JSON.parse(stdout.slice(start))
  return problems.map(
    ({
      ruleId,
      message,
      location
    }: {
      ruleId: string
      message: string
      location: ReadonlyArray<{ pointer: string }>
    }) => `${ruleId} at ${location[0]?.pointer}: ${message}`
  )
}

const operations = Object.values(document.paths).flatMap((item) => Object.values(item))
const faulty = { ...document, paths: { ...document.paths, "/planted": { get: { responses: {} } } } }
const planted = complaints(faulty).filter((complaint) => complaint.includes("planted"))
const found = complaints(document)

for (const complaint of found) console.log(complaint)
console.log(`${operations.length} operations, ${found.length} complaints, ${planted.length} about a planted fault`)
process.exitCode = operations.length > 0 && found.length === 0 && planted.length > 0 ? 0 : 1
