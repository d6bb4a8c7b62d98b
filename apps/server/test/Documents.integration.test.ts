import { spawn } from "node:child_process"
import { once } from "node:events"
import { globSync } from "node:fs"
import { readFile, symlink, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { freePort } from "@communications/test-support/freePort"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { endAll, freshFolder } from "@communications/test-support/ServerProcess"
import { Effect } from "effect"
import { afterAll, afterEach, describe, expect, it } from "vitest"
import { documents, type ShellBlock, shellBlocks } from "../../../scripts/docs/texts.ts"

/** The section that runs in separate sessions, one on each database. */
const walkThrough = "From an empty database to a completed communication"

/** The process groups of the sessions that run. */
const groups = new Set<number>()
const endSessions = () => {
  for (const group of groups) {
    try {
      process.kill(-group, "SIGKILL")
    } catch {
      // All its processes have ended.
    }
  }
  groups.clear()
}
afterEach(endSessions)
afterAll(endAll, 60_000)

/** A folder of links to this checkout, in which commands can write and remove files. */
const checkout = async (): Promise<string> => {
  const folder = await freshFolder()
  for (const entry of globSync("*", { exclude: ["data"] })) await symlink(resolve(entry), join(folder, entry))
  return folder
}

/**
 * Runs shell blocks in one bash, in which documents.sh replaces some commands, and returns its output. The server listens
 * on a free port instead of 3000, and each URL of a PostgreSQL becomes that of a new database.
 */
const run = async (blocks: ReadonlyArray<ShellBlock>, env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const [cwd, port, database] = [await checkout(), await freePort(), await Effect.runPromise(freshDatabase)]
  const code = blocks.map(({ code }) =>
    code.replaceAll(/postgres:\/\/[^\s'"]+/g, database).replaceAll(":3000", `:${port}`)
  )
  const prelude = await readFile(join(import.meta.dirname, "documents.sh"), "utf8")
  await writeFile(join(cwd, "session.sh"), [prelude, ...code].join("\n"))
  const { DATABASE_URL, DATA_DIR, HOST, LOG_LEVEL, ...inherited } = process.env
  const bash = spawn("bash", ["session.sh"], {
    ...{ cwd, env: { ...inherited, PORT: String(port), ...env }, detached: true },
    stdio: ["ignore", "pipe", "pipe"]
  })
  groups.add(bash.pid ?? 0)
  let printed = ""
  for (const output of [bash.stdout, bash.stderr]) {
    output.setEncoding("utf8").on("data", (text: string) => {
      printed += text.replaceAll(`:${port}`, ":3000")
    })
  }
  bash.once("exit", endSessions)
  const [status] = await once(bash, "close")
  expect(status, printed).toBe(0)
  return printed
}

describe("the shell blocks of", () => {
  for (const [file, text] of documents()) {
    const blocks = shellBlocks(text).filter(({ section, notRun }) => section !== walkThrough && notRun === undefined)
    if (blocks.length === 0) continue
    it(`${file} run`, async () => {
      const printed = await run(blocks)
      const [, announcement] = /^```text\n(Communications listens[\s\S]*?)^```$/m.exec(text) ?? []
      if (announcement !== undefined) expect(printed).toContain(announcement)
    }, 300_000)
  }
})

describe("the way from an empty database to a completed communication", () => {
  const expectCompletion = async (env: Readonly<Record<string, string>>) => {
    const blocks = [...documents().values()].flatMap(shellBlocks).filter(({ section }) => section === walkThrough)
    const printed = await run(blocks, env)
    const responses = printed
      .split("\n")
      .filter((line) => line.startsWith('{"status"'))
      .map((line) => JSON.parse(line))
    expect(
      responses.map(({ status, data }) => ({ code: status.code, data })),
      printed
    ).toEqual([
      { code: "OK", data: {} },
      {
        code: "OK",
        data: expect.arrayContaining([
          { number: expect.any(String), subject: "Your order", contact_information: { name: "Stephane Spector" } }
        ])
      },
      { code: "OK", data: { number: expect.any(String), life_cycle_state: "COMPLETED", viewed: false } },
      { code: "NOT_DRAFT", data: null },
      { code: "OK", data: { number: expect.any(String), life_cycle_state: "COMPLETED", viewed: true } },
      {
        code: "OK",
        data: {
          number: expect.any(String),
          history: [expect.objectContaining({ from: null, to: "DRAFT" }), expect.objectContaining({ to: "COMPLETED" })]
        }
      },
      { code: "OK", data: {} },
      { code: "INVALID_TOKEN", data: null }
    ])
    expect(new Set(responses.flatMap(({ data }) => data?.number ?? [])).size).toBe(1)
    expect(printed).toContain('Organisation "ACME" is created.')
    expect(printed).toContain('User "anna" of "ACME" is created')
    expect(printed).not.toContain("correct horse")
  }

  it("works on a PostgreSQL", async () => {
    await expectCompletion({ DATABASE_URL: await Effect.runPromise(freshDatabase) })
  }, 300_000)
  it("works on the embedded database", () => expectCompletion({}), 300_000)
})
