import { globSync } from "node:fs"
import { communicationsContract } from "@communications/core/testing"
import { examples, expectUsable, output, seeded } from "@communications/test-support/examples"
import { endAll, start } from "@communications/test-support/ServerProcess"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

it("every example is tested", () => {
  const files = globSync("examples/*.ts", { exclude: ["**/*.test.ts"] })
  assert.sameMembers(
    files.map((file) => file.slice("examples/".length, -".ts".length)),
    [...Object.keys(examples), "client", "contract.node-test", "testing.node-test"]
  )
})

describe("an example works twice on the same database", () => {
  const parameters = ["--conditions=@communications/source"]
  for (const [name, example] of Object.entries(examples)) {
    it.live(
      name,
      () => expectUsable(example, { module: `./examples/${name}.ts`, node: process.execPath, parameters }),
      120_000
    )
  }
})

it.live(
  "the contracts run under node --test",
  () =>
    Effect.gen(function* () {
      const parameters = ["--conditions=@communications/source", "--test", "--test-reporter=tap"]
      const printed = yield* output(process.execPath, [...parameters, "examples/contract.node-test.ts"], {})
      assert.include(printed, `# pass ${communicationsContract.length}`)
      assert.include(printed, "# fail 0")
    }),
  120_000
)

it.live(
  "the client completes the documented communication once",
  () =>
    Effect.gen(function* () {
      const DATABASE_URL = yield* seeded
      const COMMUNICATIONS_URL = yield* Effect.promise(() =>
        start("main", { DATABASE_URL, DATABASE_SCHEMA: "communications" }).url()
      )
      const program = ["--conditions=@communications/source", "examples/client.ts"]
      for (const printed of [
        "COMPLETED",
        "communication 41 is COMPLETED, not DRAFT: USER completed it at TIME in REQUEST"
      ]) {
        assert.strictEqual(yield* output(process.execPath, program, { COMMUNICATIONS_URL }), printed)
      }
    }).pipe(Effect.ensuring(Effect.promise(endAll))),
  120_000
)
