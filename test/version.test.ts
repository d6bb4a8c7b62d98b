/** `npm version` in a copy of the repository: one command changes the version everywhere. */
import { execFile } from "node:child_process"
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { afterAll, beforeAll } from "vitest"

const run = async (cwd: string, program: string, ...parameters: ReadonlyArray<string>) =>
  promisify(execFile)(program, parameters, { cwd, maxBuffer: 2 ** 26 }).then(
    ({ stdout }) => stdout,
    ({ message, stdout }) => assert.fail(`${message}${stdout}`)
  )
const lines = (output: string) => output.split("\n").filter((line) => line !== "")

let folder = ""
const git = (...parameters: ReadonlyArray<string>) => run(folder, "git", ...parameters)
/** Runs the check in the copy and returns its output, which is empty if all versions agree. */
const check = () =>
  promisify(execFile)(process.execPath, ["scripts/manifests.ts", "--check"], { cwd: folder }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { readonly stdout: string }) => stdout
  )
const replace = async (file: string, old: string, other: string) => {
  const text = await readFile(join(folder, file), "utf8")
  assert.include(text, old, file)
  await writeFile(join(folder, file), text.replace(old, other))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "communications-version-"))
  const excluded = ["node_modules", "dist", "data", ".git"]
  await cp(".", folder, { recursive: true, filter: (file) => !excluded.includes(basename(file)) })
  await git("init", "--quiet")
  await git("config", "user.name", "Test")
  await git("config", "user.email", "test@example.org")
  await git("add", ".")
  await git("commit", "--quiet", "--message", "Everything")
  await run(folder, "npm", "version", "99.1.2")
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe("npm version 99.1.2", () => {
  it("changes every place, so that the check passes", async () => {
    assert.strictEqual(await check(), "")
  })

  it("changes the manifests, the lockfiles, the changelog and the OpenAPI document, and nothing else", async () => {
    const manifests = lines(await git("ls-files", "*package.json", "*package-lock.json", ":!examples"))
    const others = ["CHANGELOG.md", "packages/http/src/document/Api.ts"]
    assert.sameMembers(lines(await git("diff", "--name-only", "HEAD~1")), [...manifests, ...others])
  })

  it("moves the unreleased changes below the version and today's date", async () => {
    const before = await readFile("CHANGELOG.md", "utf8")
    const after = await readFile(join(folder, "CHANGELOG.md"), "utf8")
    assert.match(after, /\n## \[Unreleased\]\n\n## \[99\.1\.2\] - \d{4}-\d\d-\d\d\n/)
    assert.match(after, /\n\[Unreleased\]: https:\S+\/compare\/v99\.1\.2\.\.\.HEAD\n\[99\.1\.2\]: https:/)
    const contents = (text: string) => text.replace(/^(## )?\[.*\n+/gm, "")
    assert.strictEqual(contents(after), contents(before))
  })

  it("commits and tags", async () => {
    assert.strictEqual(await git("status", "--porcelain"), "")
    assert.strictEqual(await git("tag", "--points-at", "HEAD"), "v99.1.2\n")
  })

  it("leaves lockfiles that npm accepts", async () => {
    for (const place of [".", "bench"]) {
      await run(folder, "npm", "install", "--package-lock-only", "--ignore-scripts", "--prefix", place)
    }
    assert.strictEqual(await git("status", "--porcelain"), "")
  }, 120_000)
})

describe("the check", () => {
  for (const [file, old, other] of [
    ["packages/core/package.json", '"version": "99.1.2"', '"version": "99.1.1"'],
    ["packages/http/package.json", '"@communications/core": "99.1.2"', '"@communications/core": "99.1.1"'],
    ["packages/postgres/package.json", "/issues", "/other"],
    ["bench/package.json", '"version": "99.1.2"', '"version": "99.1.1"'],
    ["package-lock.json", '"@communications/core": "99.1.2"', '"@communications/core": "99.1.1"'],
    ["bench/package-lock.json", '"version": "99.1.2"', '"version": "99.1.1"'],
    ["CHANGELOG.md", "## [99.1.2]", "## [99.1.1]"],
    ["packages/http/src/document/Api.ts", '"99.1.2"', '"99.1.1"']
  ] as const) {
    it(`names ${file} if ${old} is changed`, async () => {
      await replace(file, old, other)
      const output = await check()
      assert.match(output, new RegExp(`^${file.replaceAll(".", "\\.")}.* npm run manifests\\n$`))
      await replace(file, other, old)
    })
  }
})
