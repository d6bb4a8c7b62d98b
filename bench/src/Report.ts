/** Writes results to bench/results, as tables, a chart and data. */
import { mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, totalmem } from "node:os"
import { join } from "node:path"
import { root } from "./Processes.ts"
import { finish } from "./Progress.ts"

/** Formats a Markdown table. All columns but the first are right-aligned numbers. */
export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n")

/** The machine on which the bench runs. */
const machine = {
  processor: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memory_gb: Math.round(totalmem() / 1e9),
  platform: `${process.platform}-${process.arch}`,
  node: process.version,
  postgres: "18, default settings",
  at: new Date().toISOString()
}

const machineText = `${machine.cores} cores (${machine.processor}), ${machine.memory_gb} GB, Node ${machine.node}, PostgreSQL ${machine.postgres}; ${machine.at.slice(0, 10)}. Servers, database and load share the machine.`

/** The result of a command. */
export interface Findings {
  readonly text: string
  readonly data: object
  readonly svg?: string
  readonly unexpected?: number
}

/** Writes the result to files and prints its text. */
export const report = (name: string, parts: Findings): void => {
  const folder = join(root, "bench/results")
  mkdirSync(folder, { recursive: true })
  const text = `${parts.text}\n\n${machineText}\n`
  writeFileSync(join(folder, `${name}.md`), text)
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ machine, ...parts.data }, null, 2)}\n`)
  if (parts.svg !== undefined) writeFileSync(join(folder, `${name}.svg`), parts.svg)
  finish()
  console.log(`${text}\nbench/results/${name}.{${["md", "json", ...(parts.svg ? ["svg"] : [])].join(",")}}`)
}
