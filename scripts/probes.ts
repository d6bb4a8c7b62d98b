/** Plants a violation of each rule, and fails unless exactly that rule reports it. */
import { exec } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { relative } from "node:path"

/** A file in `folder` that violates `rule`. */
const probe = (rule: string, folder: string, code: string) => ({ rule, file: `${folder}/zz-probe-${rule}.ts`, code })

const floatingEffect = probe(
  "floatingEffect",
  "packages/core/src/domain",
  'import { Effect } from "effect"\n\nexport const probe = () => {\n  Effect.log("x")\n}\n'
)
const anyType = probe("noExplicitAny", "packages/core/test", "export const probe: any = 1\n")

const imports = [
  probe("no-cycles", "packages/core/src/domain", 'export type { Probe } from "./zz-probe-no-cycles.ts"'),
  probe("everything-resolves", "apps/server/src", 'import "./zz-missing.ts"'),
  probe("nothing-forgotten", "packages/core/src/domain", "export {}"),
  probe("only-declared-dependencies", "apps/server/src", 'import "vitest"'),
  probe("source-imports-source", "apps/server/src", 'import "../../../test/packages.test.ts"'),
  probe("packages-by-name", "packages/http/src", 'import "../../core/src/index.ts"'),
  probe("packages-by-name", "test", 'import "../packages/core/src/index.ts"'),
  probe("no-app-in-packages", "packages/core/test", 'import "../../../apps/server/src/main.ts"'),
  probe("testing-stays-outside", "packages/core/src/domain", 'import "../testing/Clause.ts"'),
  probe("testing-stays-outside", "packages/core/src/ports", 'import "../testing/Clause.ts"'),
  probe("testing-stays-outside", "packages/core/src/use-cases", 'import "../testing/Clause.ts"'),
  probe("testing-stays-outside", "packages/postgres/src", 'import "@communications/core/testing"'),
  probe("testing-stays-outside", "apps/server/src", 'import "@communications/test-support/TcpProxy"'),
  probe("core-needs-only-effect", "packages/core/src/domain", 'import "node:crypto"'),
  probe("core-needs-only-effect", "packages/core/src/use-cases", 'import "@communications/postgres"'),
  probe("core-needs-only-stable-effect", "packages/core/src/ports", 'import "effect/http"'),
  probe("contracts-need-only-effect-testing", "packages/core/src/testing", 'import "effect/sql"'),
  probe("domain-imports-domain", "packages/core/src/domain", 'import type {} from "../ports/Sessions.ts"'),
  probe("ports-import-domain", "packages/core/src/ports", 'import "../use-cases/Subscribe.ts"'),
  probe("memory-imports-ports", "packages/core/src/memory", 'import "../operations/index.ts"'),
  probe("use-cases-import-no-adapter", "packages/core/src/use-cases", 'import "../memory/Sessions.ts"'),
  probe("use-cases-import-no-adapter", "packages/core/src/operations", 'import "../memory/index.ts"'),
  probe("use-cases-import-no-operation", "packages/core/src/use-cases", 'import "../operations/index.ts"'),
  probe("postgres-needs-core-and-sql", "packages/postgres/src", 'import "node:fs"'),
  probe("postgres-needs-core-and-sql", "packages/postgres/src/schema/migrations", 'import "@communications/http"'),
  probe("http-needs-core", "packages/http/src", 'import "node:crypto"')
]
const probes = [...imports, floatingEffect, anyType]

const run = (command: string): Promise<string> =>
  new Promise((resolve) => exec(command, { maxBuffer: 2 ** 26 }, (_, stdout) => resolve(stdout)))

/** The findings of a tool in its output, as `file rule`. */
const findings = async (command: string, finding: RegExp): Promise<ReadonlyArray<string>> =>
  Array.from(
    (await run(command)).matchAll(finding),
    ({ groups }) => `${relative("", groups?.file ?? "")} ${groups?.rule}`
  )

process.once("exit", () => {
  for (const { file } of probes) rmSync(file, { force: true })
})
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1))

for (const { file, code } of probes) writeFileSync(file, code)
const reports = await Promise.all([
  findings("depcruise .", /error (?<rule>\S+): (?<file>\S+)/g),
  findings(
    `effect-language-service diagnostics --file ${floatingEffect.file} --format text`,
    /^(?<file>.+)\(\d+,\d+\): (error|warning) effect\((?<rule>\w+)\)/gm
  ),
  findings(`biome ci --reporter=github ${anyType.file}`, /lint\/\w+\/(?<rule>\w+),file=(?<file>[^,]+)/g)
])

const { forbidden }: { readonly forbidden: ReadonlyArray<{ readonly name: string }> } = createRequire(import.meta.url)(
  "../.dependency-cruiser.cjs"
)
const expected = new Set(probes.map(({ file, rule }) => `${file} ${rule}`))
const reported = new Set(reports.flat().filter((finding) => finding.includes("/zz-probe-")))
const failures = [
  ...forbidden
    .filter(({ name }) => imports.every(({ rule }) => rule !== name))
    .map(({ name }) => `no probe for ${name}`),
  ...[...expected].filter((finding) => !reported.has(finding)).map((finding) => `not reported: ${finding}`),
  ...[...reported].filter((finding) => !expected.has(finding)).map((finding) => `not expected: ${finding}`)
]
for (const failure of failures) console.log(failure)
console.log(`${probes.length} probes, ${failures.length} failures`)
process.exitCode = failures.length === 0 ? 0 : 1
