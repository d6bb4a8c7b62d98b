import { writeFigures } from "@communications/test-support/mutantFigures"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { judgementOf } from "./judged.ts"
import { cases, findMutants, killerOf, migrated } from "./SqlMutants.ts"

/** A run takes about a quarter of an hour. */
const limit = 4 * 60 * 60_000

it.live(
  "a contract fails without any one condition of a statement, alone and in a batch",
  () =>
    Effect.gen(function* () {
      const template = yield* migrated
      const mutants = yield* findMutants(template, cases)
      const survivors: Array<string> = []
      const figures = { mutants: mutants.length, killed: 0, timedOut: 0, survived: 0, judged: 0 }
      for (const [index, mutant] of mutants.entries()) {
        if (index % 50 === 0) console.log(`${index} of ${mutants.length} conditions`)
        const { size, condition, statement } = mutant
        const isJudged = judgementOf(mutant) !== undefined
        const killer = isJudged ? undefined : yield* killerOf(template, mutant)
        if (isJudged) figures.judged++
        else if (killer !== undefined) figures[killer.timedOut ? "timedOut" : "killed"]++
        else {
          figures.survived++
          survivors.push(`${size}: ${condition}\n  in ${statement}`)
          console.log(`survived, ${survivors.at(-1)}`)
        }
      }
      writeFigures("conditions of the SQL", figures)
      assert.deepStrictEqual(survivors, [])
    }),
  limit
)
