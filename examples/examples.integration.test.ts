import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { communicationsContract } from "@communications/core/testing"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { freshDatabase } from "../test/freshDatabase.ts"

const node = (DATABASE_URL: string, ...program: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const arguments_ = ["--conditions=@communications/source", ...program]
    const { stdout } = await promisify(execFile)(process.execPath, arguments_, {
      env: { ...process.env, DATABASE_URL }
    })
    return stdout.trim()
  })

it("the README quotes the example word for word", async () => {
  assert.include(await readFile("README.md", "utf8"), await readFile("examples/embed.ts", "utf8"))
})

it.live(
  "the example completes the documented communication, once",
  () =>
    Effect.gen(function* () {
      const url = yield* freshDatabase
      yield* node(url, "apps/server/src/cli.ts", "seed")
      assert.strictEqual(yield* node(url, "examples/embed.ts"), "COMPLETED")
      assert.strictEqual(yield* node(url, "examples/embed.ts"), "41 is COMPLETED already")
    }),
  120_000
)

it.live(
  "the contracts run under a runner that has nothing but describe and it",
  () =>
    Effect.gen(function* () {
      const output = yield* node("", "--test", "--test-reporter=tap", "examples/contract.node-test.ts")
      assert.include(output, `# pass ${communicationsContract.length}`)
      assert.include(output, "# fail 0")
    }),
  120_000
)
