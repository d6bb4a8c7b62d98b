import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
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
