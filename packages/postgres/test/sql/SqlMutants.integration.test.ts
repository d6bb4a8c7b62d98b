import { assert, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import pg from "pg"
import { judgementOf } from "./judged.ts"
import { cases, findMutants, killerOf, migrated, sizeOf } from "./SqlMutants.ts"

/** Each mutant has a copy of the database: on a busy machine they take more than a minute. */
const limit = 10 * 60_000

const stepsAtOnce = cases.filter(({ clause, groupCommit }) => groupCommit === "all" && / steps at once /.test(clause))

it("a statement is for several items if it has a list of them, not if a text begins like one", () => {
  assert.strictEqual(sizeOf(["[{", '[{"name', "{", null]), "alone")
  assert.strictEqual(sizeOf(['[{"item":0,"key":"41"}]', '{"41"}']), "alone")
  assert.strictEqual(sizeOf(['[{"item":0,"key":"41"},{"item":1,"key":"42"}]']), "in a batch")
  assert.strictEqual(sizeOf(['{"41","42"}']), "in a batch")
})

it.live(
  "a mutant is not killed by a database that is full",
  () =>
    Effect.gen(function* () {
      const template = yield* migrated
      const [mutant] = yield* findMutants(template, stepsAtOnce.slice(0, 1))
      if (mutant === undefined) return assert.fail("the case has no statement with a condition")
      const client = new pg.Client(template)
      yield* Effect.promise(async () => {
        await client.connect()
        await client.query(`CREATE FUNCTION communications.is_full() RETURNS trigger LANGUAGE plpgsql
          AS $$BEGIN RAISE disk_full; END$$`)
        await client.query(`CREATE TRIGGER is_full BEFORE INSERT ON communications.contact_information
          FOR EACH ROW EXECUTE FUNCTION communications.is_full()`)
        await client.end()
      })
      assert.isTrue(Exit.hasDies(yield* Effect.exit(killerOf(template, mutant))))
    }),
  limit
)

/** The short form of `npm run test:conditions`: the statements of steps at once, without their check of the organisation. */
it.live(
  "a contract fails without any check of the organisation in a statement of several steps",
  () =>
    Effect.gen(function* () {
      const template = yield* migrated
      const mutants = (yield* findMutants(template, stepsAtOnce)).filter(
        (mutant) =>
          mutant.size === "in a batch" &&
          /^\w+\.organisation = /.test(mutant.condition) &&
          judgementOf(mutant) === undefined
      )
      assert.isAbove(mutants.length, 5)
      for (const mutant of mutants) {
        const { condition, statement } = mutant
        assert.isDefined(yield* killerOf(template, mutant), `${condition}\n  in ${statement}`)
      }
    }),
  limit
)
