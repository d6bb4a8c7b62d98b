/** The roles of docs/operating.md: one migrates, and the other serves and runs the commands, with no right too few. */
import { randomUUID } from "node:crypto"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { endAll, start } from "@communications/test-support/ServerProcess"
import { Effect } from "effect"
import pg from "pg"
import { afterAll, assert, expect, it, onTestFinished } from "vitest"
import { blockOf, chapterOf } from "./blockOf.ts"
import { completing } from "./documented.ts"
import { runCommand } from "./runCommand.ts"

const creating = blockOf("sql", chapterOf("Roles"))

afterAll(endAll, 60_000)

it("the documented roles are enough: to migrate, and then to serve and to run every other command", async () => {
  const url = await Effect.runPromise(freshDatabase)
  // Roles belong to the whole server, so each run has its own.
  const suffix = randomUUID().replaceAll("-", "")
  const rolesOf = (sql: string) => sql.replaceAll(/crm_(owner|app)/g, `$&_${suffix}`)
  const administrator = new pg.Client({ connectionString: url })
  await administrator.connect()
  onTestFinished(async () => {
    await administrator.query(rolesOf("DROP OWNED BY crm_owner, crm_app; DROP ROLE crm_owner, crm_app"))
    await administrator.end()
  }, 60_000)
  const envOf = (username: string, password: string) => ({
    DATABASE_URL: Object.assign(new URL(url), { username: rolesOf(username), password }).href
  })
  const app = { ...envOf("crm_app", "choose another"), MIGRATE: "check" }
  const run = async (env: Readonly<Record<string, string>>, args: ReadonlyArray<string>) => {
    const { code, stdout, stderr } = await runCommand(args, env)
    assert.strictEqual(code, 0, `${args.join(" ")}: ${stderr}`)
    return stdout
  }

  await administrator.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC") // the default from PostgreSQL 15 on
  await administrator.query(rolesOf(creating))
  await run(envOf("crm_owner", "choose one"), ["migrate"])
  await administrator.query(await run(app, ["grants", "--role", rolesOf("crm_app")]))
  await run(app, ["seed", "--drafts", "10"])
  // The command has changed and read its tables when it finds that the subscription has never run.
  const retry = await runCommand(["events", "retry", "--subscription", "postage", "--all"], app)
  assert.strictEqual(retry.code, 1)
  assert.match(retry.stderr, /^There is no subscription "postage"/)
  expect(await completing(await start("main", app).url())).toMatchObject({ http: 200, code: "OK" })
  await run(app, ["user", "disable", "demo", "--organisation", "CRMDEMO"])
}, 120_000)
