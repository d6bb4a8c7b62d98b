import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { judgementOf } from "./judged.ts"
import { cases, findMutants, killerOf, migrated } from "./SqlMutants.ts"

/** The short form of `npm run test:conditions`: the statements of several requests at once. */
it.live("a contract fails without any one condition of a statement in a batch", () =>
  Effect.gen(function* () {
    const template = yield* migrated
    const atOnce = cases.filter(({ clause, groupCommit }) => groupCommit === "all" && / at once/.test(clause))
    const mutants = (yield* findMutants(template, atOnce)).filter(
      (mutant) => mutant.size === "in a batch" && judgementOf(mutant) === undefined
    )
    assert.isAbove(mutants.length, 30)
    for (const mutant of mutants) {
      const { condition, statement } = mutant
      assert.isDefined(yield* killerOf(template, mutant), `${condition}\n  in ${statement}`)
    }
  })
)
