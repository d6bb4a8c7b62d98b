import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { communicationsContract } from "@communications/core/testing"
import { assert, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { freshDatabase } from "../test/freshDatabase.ts"

vi.setConfig({ testTimeout: 60_000 })

const node = (file: string, DATABASE_URL = "", ...options: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const arguments_ = ["--conditions=@communications/source", ...options, file]
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

it.live("the contracts run under a runner that has nothing but describe and it", () =>
  Effect.gen(function* () {
    const output = yield* node("examples/contract.node-test.ts", "", "--test", "--test-reporter=tap")
    assert.include(output, `# pass ${communicationsContract.length}`)
    assert.include(output, "# fail 0")
  })
)
