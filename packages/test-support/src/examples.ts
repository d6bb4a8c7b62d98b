/** How the tests use each example, and the result that they expect. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { PgClient } from "@effect/sql-pg"
import { assert } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { freePort } from "./freePort.ts"
import { freshDatabase } from "./freshDatabase.ts"

interface Example {
  /** Code that uses the example, imported as `example`, and prints the result. */
  readonly use: string
  /** The output of the first use, and of another one on the same database. */
  readonly prints: readonly [first: string, again: string]
  /** The rows in the host's own table afterwards. */
  readonly posted: ReadonlyArray<string>
  /** Whether the example migrates an empty database itself. Otherwise it runs on the demonstration data. */
  readonly migrates?: boolean
}

const statuses = { prints: ["200", "409"], posted: ["41"] } as const
const refused = (number: string) => `communication ${number} is COMPLETED, not DRAFT: USER completed it at TIME`
const states = { use: "", prints: ["COMPLETED", refused("41")] } as const

/** The examples by the names of their files. */
export const examples: Readonly<Record<string, Example>> = {
  concurrency: { ...states, posted: [] },
  effect: { use: "", prints: ["Completed", refused("41")], posted: ["41"] },
  "effect-retry": { use: "", prints: ["Completed", refused("41")], posted: ["41"] },
  events: { use: "", prints: ["the completion of 41 is handled", "the completion of 41 is handled"], posted: [] },
  executor: { ...states, posted: [] },
  fastify: {
    use: `
      const url = "http://localhost:" + process.env.PORT + "/letters/41/posted"
      console.log((await fetch(url, { method: "POST" })).status)
      await example.app.close()`,
    ...statuses
  },
  "group-commit": { ...states, posted: [] },
  handler: {
    use: `
      const url = "http://localhost/crmapi/rest/v2/communications/complete"
      const body = { token: "B679A1250F36F8D4DAF607B2D83ED551", communication_identifier: { number: "41" } }
      const headers = { "content-type": "application/json" }
      const request = new Request(url, { method: "POST", headers, body: JSON.stringify(body) })
      console.log((await example.default.request(request)).status)
      process.exit()`,
    prints: ["200", "409"],
    posted: []
  },
  hono: {
    use: `
      console.log((await example.default.request("/letters/41/posted", { method: "POST" })).status)
      process.exit()`,
    ...statuses
  },
  http: {
    use: `
      const url = "http://localhost:" + process.env.PORT
      while (!await fetch(url + "/health/live").then(({ ok }) => ok, () => false)) {}
      const body = { token: "B679A1250F36F8D4DAF607B2D83ED551", communication_identifier: { number: "41" } }
      const headers = { "content-type": "application/json" }
      const request = { method: "POST", headers, body: JSON.stringify(body) }
      console.log((await fetch(url + "/crmapi/rest/v2/communications/complete", request)).status)
      process.exit()`,
    prints: ["200", "409"],
    posted: []
  },
  kysely: { use: "", prints: ["Letter 1 is completed", "Letter 2 is completed"], posted: ["1", "2"], migrates: true },
  log: {
    use: "",
    prints: [
      "The handler of a subscription failed and will be retried",
      "The handler of a subscription failed and will be retried"
    ],
    posted: []
  },
  memory: {
    use: "",
    prints: [refused("1"), refused("1")],
    posted: []
  },
  migrate: { use: "", prints: ["migrated", "up to date"], posted: [], migrates: true },
  next: {
    use: `
      const body = new URLSearchParams({ number: "41" })
      console.log((await example.POST(new Request("http://localhost", { method: "POST", body }))).status)
      process.exit()`,
    ...statuses
  },
  retry: { ...states, posted: ["41"] }
}

/** Replaces the user, the time and the request in the message of a `NotDraft`. */
const masked = (text: string): string =>
  text
    .replace(/user [0-9A-F]{32} completed it at \S+Z/, "USER completed it at TIME")
    .replace(/ in request \S+$/, " in REQUEST")

/** Runs a program and returns its output, without what differs from run to run. */
export const output = (program: string, parameters: ReadonlyArray<string>, env: Record<string, string>, cwd = ".") =>
  Effect.promise(async () => {
    const { stdout } = await promisify(execFile)(program, parameters, { cwd, env: { ...process.env, ...env } })
    return masked(stdout.trim())
  })

/** The URL of a new database with the demonstration data. */
export const seeded = Effect.tap(freshDatabase, (DATABASE_URL) =>
  output(process.execPath, ["--conditions=@communications/source", "apps/server/src/cli.ts", "seed"], {
    DATABASE_URL,
    DATABASE_SCHEMA: "communications"
  })
)

/** Uses the example twice on the same new database, and checks its output and its rows. */
export const expectUsable = Effect.fnUntraced(function* (
  { use, prints, posted, migrates = false }: Example,
  /** The module of the example, and the Node, the folder and the arguments that run it. */
  { module, node, ...how }: { module: string; node: string; parameters?: ReadonlyArray<string>; folder?: string }
) {
  const DATABASE_URL = yield* migrates ? freshDatabase : seeded
  const PORT = String(yield* Effect.promise(freePort))
  const script = `const example = await import(${JSON.stringify(module)})\n${use}`
  const parameters = [...(how.parameters ?? []), "--input-type=module", "--eval", script]
  const database = yield* Layer.build(PgClient.layer({ url: Redacted.make(DATABASE_URL) }))
  const sql = Context.get(database, PgClient.PgClient)
  yield* sql`CREATE TABLE posted_letters (number text NOT NULL)`
  for (const printed of prints) {
    assert.strictEqual(yield* output(node, parameters, { DATABASE_URL, PORT }, how.folder), printed)
  }
  const rows = yield* sql<{ readonly number: string }>`SELECT number FROM posted_letters ORDER BY 1`
  assert.deepStrictEqual(
    rows.map(({ number }) => number),
    posted
  )
})
