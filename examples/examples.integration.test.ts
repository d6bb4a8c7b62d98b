import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { freshDatabase } from "../test/freshDatabase.ts"

const node = (file: string, DATABASE_URL: string) =>
  Effect.promise(async () => {
    const arguments_ = ["--conditions=@communications/source", file]
    const { stdout } = await promisify(execFile)(process.execPath, arguments_, {
      env: { ...process.env, DATABASE_URL }
    })
    return stdout.trim()
  })

it("the README quotes the example word for word", async () => {
  assert.include(await readFile("README.md", "utf8"), await readFile("examples/embed.ts", "utf8"))
})

it.live("the example completes the documented communication, once", () =>
  Effect.gen(function* () {
    const url = yield* freshDatabase
    yield* node("apps/server/src/seed.ts", url)
    assert.strictEqual(yield* node("examples/embed.ts", url), "COMPLETED")
    assert.strictEqual(yield* node("examples/embed.ts", url), "41 is COMPLETED already")
  })
)
