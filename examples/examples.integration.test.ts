import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { communicationsContract } from "@communications/core/testing"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { endAll, start } from "../apps/server/test/ServerProcess.ts"
import { freshDatabase } from "../test/freshDatabase.ts"

const node = (env: Readonly<Record<string, string>>, ...program: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const arguments_ = ["--conditions=@communications/source", ...program]
    const { stdout } = await promisify(execFile)(process.execPath, arguments_, {
      env: { ...process.env, ...env }
    })
    return stdout.trim()
  })

it.each(["embed", "client"])("the README quotes the example %s word for word", async (example) => {
  assert.include(await readFile("README.md", "utf8"), await readFile(`examples/${example}.ts`, "utf8"))
})

const seeded = Effect.tap(freshDatabase, (DATABASE_URL) => node({ DATABASE_URL }, "apps/server/src/cli.ts", "seed"))

it.live(
  "the embedded library completes the documented communication, once",
  () =>
    Effect.gen(function* () {
      const DATABASE_URL = yield* seeded
      assert.strictEqual(yield* node({ DATABASE_URL }, "examples/embed.ts"), "COMPLETED")
      assert.strictEqual(yield* node({ DATABASE_URL }, "examples/embed.ts"), "41 is COMPLETED already")
    }),
  120_000
)

it.live(
  "the contracts run under a runner that has nothing but describe and it",
  () =>
    Effect.gen(function* () {
      const output = yield* node({}, "--test", "--test-reporter=tap", "examples/contract.node-test.ts")
      assert.include(output, `# pass ${communicationsContract.length}`)
      assert.include(output, "# fail 0")
    }),
  120_000
)

it.live(
  "the client completes the documented communication, once",
  () =>
    Effect.gen(function* () {
      const DATABASE_URL = yield* seeded
      const COMMUNICATIONS_URL = yield* Effect.promise(() => start("main", { DATABASE_URL }).url())
      assert.strictEqual(yield* node({ COMMUNICATIONS_URL }, "examples/client.ts"), "COMPLETED")
      const refused = "communication 41 is COMPLETED, not DRAFT"
      assert.strictEqual(yield* node({ COMMUNICATIONS_URL }, "examples/client.ts"), refused)
    }).pipe(Effect.ensuring(Effect.promise(endAll))),
  120_000
)
