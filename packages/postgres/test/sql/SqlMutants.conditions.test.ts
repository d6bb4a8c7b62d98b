import { appendFileSync } from "node:fs"
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { findMutants, killerOf, migrated } from "./SqlMutants.ts"

it.live(
  "each",
  () =>
    Effect.gen(function* () {
      const log = (line: string) => appendFileSync("/var/tmp/mutants/sql2.log", line + "\n")
      const template = yield* migrated
      const began = performance.now()
      const mutants = yield* findMutants(template)
      log(`${mutants.length} mutants of ${new Set(mutants.map((m) => m.statement)).size} ${performance.now() - began}`)
      for (const m of mutants) {
        const t = performance.now()
        const killer = yield* killerOf(template, m)
        log(
          `${killer ? "killed" : "SURVIVED"} ${Math.round(performance.now() - t)} ${m.size} | ${m.condition.replace(/\s+/g, " ")} | ${killer ? killer.groupCommit + " " + killer.clause : m.times.size + " " + m.statement.replace(/\s+/g, " ")}`
        )
      }
    }),
  3600_000
)
