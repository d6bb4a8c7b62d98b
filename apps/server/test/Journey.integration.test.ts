import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { freePort } from "@communications/test-support/PostgresServer"
import { endAll, freshFolder } from "@communications/test-support/ServerProcess"
import { Effect } from "effect"
import { afterAll, describe, expect, it } from "vitest"

const chapter = "## From an empty database to a completed communication\n"

/** The shell blocks of the README's chapter, one after the other. */
const script = async (): Promise<string> => {
  const readme = await readFile("README.md", "utf8")
  const text = readme.slice(readme.indexOf(chapter) + chapter.length).split("\n## ", 1)[0] ?? ""
  return Array.from(text.matchAll(/```sh\n([\s\S]*?)```/g), ([, block]) => block).join("")
}

/** Runs the chapter as it is pasted, and tells what it printed; the server it starts ends with it. */
const run = async (env: Readonly<Record<string, string>>): Promise<string> => {
  const file = join(await freshFolder(), "chapter.sh")
  await writeFile(file, await script())
  const { DATABASE_URL, DATA_DIR, HOST, LOG_LEVEL, ...inherited } = process.env
  const shell = spawn("bash", [file], {
    env: { ...inherited, PORT: String(await freePort()), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true
  })
  let printed = ""
  for (const output of [shell.stdout, shell.stderr]) {
    output.setEncoding("utf8").on("data", (text: string) => {
      printed += text
    })
  }
  groups.add(shell.pid ?? 0)
  await once(shell, "close")
  groups.delete(shell.pid ?? 0)
  return printed
}

const groups = new Set<number>()

describe("the README's way from an empty database to a completed communication", () => {
  afterAll(async () => {
    for (const group of groups) process.kill(-group, "SIGKILL")
    await endAll()
  }, 60_000)

  const goesAsTold = async (env: Readonly<Record<string, string>>) => {
    const printed = await run(env)
    const answers = printed
      .split("\n")
      .filter((line) => line.startsWith('{"status"'))
      .map((line) => JSON.parse(line))
    expect(
      answers.map(({ status, data }) => ({ code: status.code, data })),
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
    expect(new Set(answers.flatMap(({ data }) => data?.number ?? [])).size).toBe(1)
    expect(printed).toContain('Organisation "ACME" is created.')
    expect(printed).toContain('User "anna" of "ACME" is created')
    expect(printed).not.toContain("correct horse")
  }

  it("goes as told on a PostgreSQL", async () => {
    await goesAsTold({ DATABASE_URL: await Effect.runPromise(freshDatabase) })
  }, 300_000)
  it("goes as told on the embedded database", async () => {
    await goesAsTold({ DATA_DIR: await freshFolder() })
  }, 300_000)
})
