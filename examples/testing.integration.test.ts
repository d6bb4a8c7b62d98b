import { output } from "@communications/test-support/examples"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"

it.live("the tests of a host's own code run under node:test", () =>
  Effect.gen(function* () {
    const parameters = ["--conditions=@communications/source", "--test", "--test-reporter=tap"]
    const printed = yield* output(process.execPath, [...parameters, "examples/testing.node-test.ts"], {})
    assert.include(printed, "# pass 2")
    assert.include(printed, "# fail 0")
  })
)
