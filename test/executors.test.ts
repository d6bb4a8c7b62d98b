/** The examples of executors, with the libraries that they are for, in a folder of their own. */
import { execFile } from "node:child_process"
import { cp, mkdtemp, realpath, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { contracts } from "@communications/core/testing"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll, beforeAll } from "vitest"

/** Bun for this machine. It is in no package.json, because every installation would grow by 95 MB. */
const platform = process.platform === "win32" ? "windows" : process.platform
const bun = `@oven/bun-${platform}-${process.arch === "arm64" ? "aarch64" : process.arch}`
const bunVersion = "1.4.5"

let folder = ""
const run = (program: string, parameters: ReadonlyArray<string>, DATABASE_URL = "") =>
  promisify(execFile)(program, parameters, { cwd: folder, env: { ...process.env, DATABASE_URL } }).then(
    ({ stdout }) => stdout,
    ({ message, stdout }) => assert.fail(`${message}${stdout}`)
  )

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "communications-executors-")))
  await cp("examples/executors", folder, { recursive: true, filter: (file) => !file.includes("node_modules") })
  await run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
  await run("npm", [
    "install",
    "--no-audit",
    "--no-fund",
    "--no-save",
    "--ignore-scripts",
    `bun@npm:${bun}@${bunVersion}`
  ])
  await cp("test/executor.ts", join(folder, "executor.ts"))
  for (const name of ["@communications", "effect", "typescript"]) {
    await symlink(join(process.cwd(), "node_modules", name), join(folder, "node_modules", name))
  }
}, 600_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe("an executor for a library that is not listed", () => {
  it("compiles in strict mode", () => run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."]), 300_000)

  for (const library of ["typeorm", "sequelize", "mikro-orm", "slonik", "pg-promise", "bun"]) {
    it.live(
      `${library}: a refusal, a rollback, a violated constraint and the contracts`,
      () =>
        Effect.gen(function* () {
          const program = library === "bun" ? join(folder, "node_modules/bun/bin/bun") : process.execPath
          const parameters = ["--conditions=@communications/source", "executor.ts", library]
          const url = yield* freshDatabase
          const printed = yield* Effect.promise(() => run(program, parameters, url))
          // Under Bun every error has its line, so that the contracts take equal errors for different.
          assert.strictEqual(printed.trim(), `${library === "bun" ? 0 : contracts.length} clauses pass`)
        }),
      600_000
    )
  }
})
