import { readFile, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { endAll, freshFolder, start } from "@communications/test-support/ServerProcess"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { completing, documented } from "./documented.ts"
import { runCommand } from "./runCommand.ts"

const secret = "s3cret hush"

describe("the command line", { timeout: 120_000 }, () => {
  let database = ""
  let folder = ""
  beforeAll(async () => {
    database = await Effect.runPromise(freshDatabase)
    folder = await freshFolder()
  }, 60_000)
  afterAll(endAll, 60_000)

  const withoutSecrets = <A extends { readonly stdout: string; readonly stderr: string }>(ended: A): A => {
    expect(ended.stdout + ended.stderr).not.toContain("s3cret")
    expect(ended.stdout + ended.stderr).not.toContain(documented.request.token)
    return ended
  }
  /** Runs a command, and checks that it prints no secret. */
  const cli = async (line: string, input: string | Uint8Array = "", env: Readonly<Record<string, string>> = {}) =>
    withoutSecrets(await runCommand(line.split(" "), { DATABASE_URL: database, ...env }, input))
  /** The same, in a process of its own. */
  const cliProcess = async (...[line, input, env]: Parameters<typeof cli>) =>
    withoutSecrets(await start("cli", { DATABASE_URL: database, ...env }, line.split(" "), input).result())
  const sql = <A extends object>(text: string, ...parameters: Array<string>) =>
    Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<A>(text, parameters)).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 })),
      Effect.runPromise
    )
  const file = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }
  const refused = (sentence: RegExp) => ({ code: 1, stdout: "", stderr: expect.stringMatching(sentence) })

  describe("--help", () => {
    it("lists the commands and the settings of the database", async () => {
      const { code, stdout } = await cli("--help")
      expect(code).toBe(0)
      for (const word of ["DATABASE_URL", "DATA_DIR", "migrate", "organisation", "user", "token", "import", "seed"]) {
        expect(stdout).toContain(word)
      }
    })
    it.each([
      "migrate",
      "seed",
      "organisation",
      "organisation create",
      "organisation list",
      "user",
      "user create",
      "user list",
      "user password",
      "user disable",
      "user enable",
      "token",
      "token release",
      "import",
      "import contacts",
      "events",
      "events parked",
      "events retry",
      "events discard"
    ])("describes %s with its usage, and an example if it has parameters", async (command) => {
      const { code, stdout } = await cli(`${command} --help`)
      expect(code).toBe(0)
      expect(stdout).toContain(`npm run cli -- ${command} `)
      expect(stdout).toContain("DESCRIPTION")
      if (/ |seed/.test(command)) expect(stdout).toContain("EXAMPLES")
    })
    it("needs no database", async () => {
      expect(await cli("user create --help", "", { DATABASE_URL: "postgres://u:p@127.0.0.1:1/x" })).toMatchObject({
        code: 0
      })
    })
  })

  it("prints the version with --version, as the server does, and needs no database", async () => {
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, "../../../package.json"), "utf8"))
    const printed = { code: 0, stdout: `communications ${version}\n`, stderr: "" }
    expect(await cliProcess("--version", "", { DATABASE_URL: "none" })).toEqual(printed)
    const server = start("main", { DATABASE_URL: "none" }, ["--version"])
    expect(await server.ended()).toBe(0)
    expect(server.stdout).toBe(printed.stdout)
  })

  it.each([
    ["usr", /^there is no command usr: see npm run cli -- --help\.\n$/],
    ["organisation create", /^NAME is missing: see npm run cli -- organisation create --help\.\n$/],
    ["user create anna", /^--organisation is missing: see npm run cli -- user create --help\.\n$/],
    ["grants --role=", /^--role: expected .* see npm run cli -- grants --help\.\n$/],
    ["user create anna s3cret --organisation ACME", /^there is an argument too many: see .*\n$/],
    ["user create anna --password=s3cret --organisation ACME", /^there is no flag --password: see .*\n$/],
    [
      "seed --drafts many",
      /^--drafts: expected a whole number from 0 to 100000000: see npm run cli -- seed --help\.\n$/
    ],
    ["seed --drafts -1", /^--drafts: expected a whole number from 0 to 100000000: see npm run cli -- seed --help\.\n$/]
  ])("rejects `%s` with one sentence that refers to --help", async (line, sentence) => {
    expect(await cli(line)).toEqual(refused(sentence))
  })

  it("migrate prints the migrations that it applied", async () => {
    const first = await cli("migrate")
    expect(first).toMatchObject({ code: 0, stderr: "" })
    expect(first.stdout).toMatch(
      /^Applied migration 1: create communications\.\n(Applied .*\n)*The schema is now up to date\.\n$/
    )
    expect(await cliProcess("migrate")).toEqual({ code: 0, stdout: "The schema is already up to date.\n", stderr: "" })
  })

  it("works on the tables in DATABASE_SCHEMA only", async () => {
    const env = { DATABASE_SCHEMA: 'a "quoted.name"' }
    expect(await cli("seed --drafts 100", "", env)).toMatchObject({ code: 0 })
    expect(await sql(`SELECT count(*)::int AS drafts FROM "a ""quoted.name""".communications`)).toEqual([
      { drafts: expect.any(Number) }
    ])
    expect(await sql("SELECT FROM public.communications")).toEqual([])
    const server = start("main", { DATABASE_URL: database, ...env })
    expect(await completing(await server.url())).toMatchObject({ http: 200 })
    await server.stop()
  })

  it("reports PostgreSQL's own message if the migrations fail", async () => {
    expect(await cli("migrate", "", { DATABASE_SCHEMA: "pg_mine" })).toEqual(
      refused(/^The migrations failed: unacceptable schema name "pg_mine" \(SQLSTATE 42939\)\.\n$/)
    )
  })

  it("reports an unreachable database in one sentence, without the password", async () => {
    expect(await cliProcess("migrate", "", { DATABASE_URL: "postgres://u:s3cret@127.0.0.1:1/x" })).toEqual(
      refused(/^The database does not accept connections at 127\.0\.0\.1:1 \(ECONNREFUSED\): .*\n$/)
    )
  })

  it("creates an organisation once, and prints the next step", async () => {
    const created = await cli("organisation create ACME")
    expect(created).toMatchObject({ code: 0, stderr: "" })
    expect(created.stdout).toContain("npm run cli -- user create USERNAME --organisation ACME\n")
    expect(await cli("organisation create ACME")).toEqual(refused(/^The organisation "ACME" already exists: .*\n$/))
  })

  it("creates a user whose password is the first line of standard input, and ends all sessions of the user", async () => {
    const line = "user create anna --organisation ACME"
    expect(await cli(line)).toEqual(refused(/^The password is empty: .*\n$/))
    expect(await cli(line, "\nsecond line")).toEqual(refused(/^The password is empty: .*\n$/))
    expect(await cli("user create anna --organisation ACNE", secret)).toEqual(
      refused(/^The organisation "ACNE" does not exist: .*\n$/)
    )
    expect(await cli(line, `${secret}\r\nanother one`)).toMatchObject({ code: 0, stderr: "" })
    expect(await cli(line, "another one")).toEqual(refused(/^"ACME" already has a user "anna": .*\n$/))

    const server = start("main", { DATABASE_URL: database })
    const url = await server.url()
    const post = async (path: string, body: object) => {
      const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
      return JSON.parse(await (await fetch(`${url}/crmapi/rest/v2/authentication/${path}`, init)).text())
    }
    const logIn = (password: string) => post("token", { organisation: "ACME", username: "anna", password })
    expect(await logIn("another one")).toMatchObject({ status: { code: "INVALID_CREDENTIALS" } })
    const tokens = [(await logIn(secret)).data.token, (await logIn(secret)).data.token]

    const release = "token release --organisation ACME --user"
    expect(await cli(`${release} ann`)).toEqual(refused(/^"ACME" has no user "ann": .*\n$/))
    const released = await cli(`${release} anna`)
    expect(released).toMatchObject({ code: 0, stderr: "" })
    expect(released.stdout).toMatch(/^Ended 2 sessions of "anna" of "ACME"\.\n$/)
    for (const token of tokens) {
      expect(released.stdout).not.toContain(token)
      expect(await post("token/release", { token })).toMatchObject({ status: { code: "INVALID_TOKEN" } })
    }
    expect((await cli(`${release} anna`)).stdout).toMatch(/^Ended 0 sessions of "anna" of "ACME"\.\n$/)
    expect(await server.stop()).toBe(0)
  })

  it("lists organisations and users; changes a password, disables and enables a user, and ends the sessions at once", async () => {
    const in_ = "--organisation Users"
    expect(await cli("organisation create Users")).toMatchObject({ code: 0 })
    for (const name of ["eve", "bob"])
      expect(await cli(`user create ${name} ${in_}`, secret)).toMatchObject({ code: 0 })
    const linesOf = (stdout: string) => stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]))
    const organisations = await cli("organisation list")
    expect(linesOf(organisations.stdout)).toContainEqual({ id: expect.stringMatching(/^[0-9A-F]{32}$/), name: "Users" })
    expect(organisations.stderr).toMatch(/^\d+ organisations?\.\n$/)
    const users = async () => linesOf((await cli(`user list ${in_}`)).stdout)
    expect(await users()).toMatchObject([
      { username: "bob", disabled_at: null },
      { username: "eve", disabled_at: null }
    ])
    expect((await cli(`user list ${in_}`)).stderr).toBe('2 users of "Users".\n')

    const [one, other] = [start("main", { DATABASE_URL: database }), start("main", { DATABASE_URL: database })]
    const urls = [await one.url(), await other.url()]
    const post = async (path: string, body: object, url = urls[0]) => {
      const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
      const response = await fetch(`${url}/crmapi/rest/v2/${path}`, init)
      const { "x-request-id": _, date: __, ...headers } = Object.fromEntries(response.headers)
      return { http: response.status, headers, body: JSON.parse(await response.text()) }
    }
    const logIn = (password: string, username = "eve", url = urls[0]) =>
      post("authentication/token", { organisation: "Users", username, password }, url)
    const usable = async (token: string, url = urls[0]) =>
      (await post("communications/view", { token, communication_identifier: { number: "1" } }, url)).body.status.code
    const tokens = [(await logIn(secret)).body.data.token, (await logIn(secret, "eve", urls[1])).body.data.token]
    const bob = (await logIn(secret, "bob")).body.data.token
    for (const [index, token] of tokens.entries())
      expect(await usable(token, urls[index])).toBe("COMMUNICATION_NOT_FOUND")

    const changed = await cli(`user password eve ${in_}`, "another s3cret\n")
    expect(changed).toEqual({
      code: 0,
      stdout: 'User "eve" of "Users" has a new password; 2 sessions ended.\n',
      stderr: ""
    })
    for (const token of tokens) for (const url of urls) expect(await usable(token, url)).toBe("INVALID_TOKEN")
    const wrong = await logIn(secret)
    expect(wrong).toMatchObject({ http: 401, body: { status: { code: "INVALID_CREDENTIALS" } } })

    const again = (await logIn("another s3cret")).body.data.token
    const disabled = await cli(`user disable eve ${in_}`)
    expect(disabled).toEqual({ code: 0, stdout: 'User "eve" of "Users" is disabled; 1 session ended.\n', stderr: "" })
    for (const url of urls) expect(await usable(again, url)).toBe("INVALID_TOKEN")
    for (const password of ["another s3cret", "a wrong one"]) expect(await logIn(password)).toEqual(wrong)
    expect(await usable(bob)).toBe("COMMUNICATION_NOT_FOUND")
    expect(await users()).toMatchObject([{ disabled_at: null }, { disabled_at: expect.stringMatching(/^\d{4}-.*Z$/) }])
    expect((await cli(`user disable eve ${in_}`)).stdout).toMatch(/was disabled before; 0 sessions ended\.\n$/)

    const enabled = await cli(`user enable eve ${in_}`)
    expect(enabled).toEqual({ code: 0, stdout: 'User "eve" of "Users" can log in.\n', stderr: "" })
    expect(await logIn("another s3cret")).toMatchObject({ http: 200 })
    for (const server of [one, other]) expect(await server.stop()).toBe(0)

    expect(await cli(`user password eve ${in_}`, "password\n")).toEqual(
      refused(/^The password is one of the most common/)
    )
    for (const command of ["password", "disable", "enable"]) {
      expect(await cli(`user ${command} ev ${in_}`, secret)).toEqual(
        refused(/^"Users" has no user "ev": list its users with npm run cli -- user list, or check the name\.\n$/)
      )
    }
    for (const line of ["user list", "user disable eve"]) {
      expect(await cli(`${line} --organisation User`)).toEqual(
        refused(/^The organisation "User" does not exist: .*\n$/)
      )
    }
  })

  it.each([
    ["an empty password", "\n", /^The password is empty/],
    ["a password that is not UTF-8", Uint8Array.of(0xff, 0xfe, 0x0a), /^The password is not UTF-8/],
    ["a password of 7 characters", "😀😀😀😀😀😀😀\n", /^The password is shorter than 8 characters/],
    ["a common password", "Password1\n", /^The password is one of the most common ones/],
    ["a password that is too long", `${"x".repeat(1001)}\n`, /^The password is longer than 1,000 characters/]
  ])("creates no user with %s", async (_, password, sentence) => {
    const { code, stderr } = await cli("user create nobody --organisation ACME", password)
    expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)])
  })

  it.each([" ", "A\nB", "ACME ", ""])("creates no organisation named %j", async (name) => {
    const { code, stderr } = await runCommand(["organisation", "create", name], { DATABASE_URL: database })
    expect([code, stderr]).toEqual([1, expect.stringMatching(/NAME/)])
  })

  describe("import contacts", () => {
    const importFile = (path: string) => cli(`import contacts ${path} --organisation ACME`)
    const person = (last_name: string) =>
      JSON.stringify({ type: "PERSON", life_cycle_state: "MARKETING", first_name: "Zoë", last_name })
    const stored = (last_name: string) =>
      sql<{ readonly name: string }>("SELECT name FROM contact_information WHERE last_name = $1", last_name)

    it("imports the valid lines, reports the problems of the others, and stores nothing twice", async () => {
      const lines = [
        person("Lee"),
        "s3cret",
        '{"type":"PERSON","life_cycle_state":"MARKETING","first_name":"s3cret"}',
        "",
        '{"type":"s3cret"}',
        '["s3cret"]',
        '{"type":"PERSON","life_cycle_state":"s3cret","first_name":"","last_name":5,"demographics":{"gender":"s3cret"}}',
        `  ${person("Lee")}\r`,
        '{"type":"COMPANY","life_cycle_state":"FINANCIAL","company_name":"Lee Ltd"}'
      ]
      const latin = Buffer.from(person("Latin"), "latin1")
      const long = JSON.stringify({ ...JSON.parse(person("Long")), title: "x".repeat(16_384) })
      const content = Buffer.concat([
        Buffer.from(`${lines.join("\n")}\n`),
        latin,
        Buffer.from(`\n${long}\n${person("Last")}`)
      ])
      const path = await file("contacts.jsonl", content)

      const first = await importFile(path)
      expect(first).toMatchObject({ code: 1, stdout: "Imported 3 contacts; 1 already existed or was repeated.\n" })
      expect(first.stderr.trimEnd().split("\n").slice(0, -1)).toEqual([
        "line 2: not a JSON object",
        "line 3: last_name is missing",
        'line 5: type: expected "PERSON" or "COMPANY"',
        "line 6: not a JSON object",
        `line 7: life_cycle_state: expected "MARKETING" or "FINANCIAL"; first_name: expected a value with a length of at least 1; last_name: expected a string; demographics.gender: expected "MALE", "FEMALE" or null`,
        "line 10: not UTF-8",
        "line 11: longer than 16384 bytes"
      ])
      expect(first.stderr).toMatch(/\n7 lines were not imported: .*\n$/)
      expect(await stored("Lee")).toEqual([{ name: "Zoë Lee" }])
      expect(await stored("Last")).toHaveLength(1)

      expect(await importFile(path)).toMatchObject({
        code: 1,
        stdout: "Imported 0 contacts; 4 already existed or were repeated.\n"
      })
      expect(await stored("Lee")).toHaveLength(1)
    })
    it("exits with code 0 if every line is valid, and prints no progress into a file", async () => {
      const path = await file(
        "good.jsonl",
        Array.from({ length: 300 }, (_, index) => person(`Good ${index}`)).join("\n")
      )
      expect(await importFile(path)).toEqual({
        code: 0,
        stdout: "Imported 300 contacts; 0 already existed or were repeated.\n",
        stderr: ""
      })
      expect(await stored("Good 299")).toHaveLength(1)
    })
    it("writes the id of each contact with --ids, again if it runs again, and reports ignored members", async () => {
      const ids = join(folder, "ids.jsonl")
      const email = JSON.stringify({ ...JSON.parse(person("Ids")), email: "s3cret", demographics: { emial: 1 } })
      const path = await file("with-email.jsonl", [email, "{}", "", person("Ids 4")].join("\n"))
      const first = await importFile(`${path} --ids ${ids}`)
      expect(first).toMatchObject({ code: 1, stdout: "Imported 2 contacts; 0 already existed or were repeated.\n" })
      expect(first.stderr).toMatch(/^line 1: ignored "email", "demographics\.emial"$/m)
      expect(first.stderr).toMatch(/^1 line has unknown members, which were ignored: .*$/m)
      const rows = await sql<{ readonly id: string }>(
        "SELECT upper(replace(id::text, '-', '')) AS id FROM contact_information WHERE last_name LIKE 'Ids%' ORDER BY last_name"
      )
      const expected = [1, 4].map((line, index) => `${JSON.stringify({ line, id: rows[index]?.id })}\n`).join("")
      expect(await readFile(ids, "utf8")).toBe(expected)
      await writeFile(ids, "x".repeat(1000))
      expect(await importFile(`${path} --ids ${ids}`)).toMatchObject({
        stdout: "Imported 0 contacts; 2 already existed or were repeated.\n"
      })
      expect(await readFile(ids, "utf8")).toBe(expected)
    })
    it("reports the ignored members of 20 lines, and counts the others", async () => {
      const lines = Array.from({ length: 25 }, (_, index) =>
        JSON.stringify({ ...JSON.parse(person(`Many ${index}`)), ...Object.fromEntries("abcdefg".split("").entries()) })
      )
      const { code, stderr } = await importFile(await file("many.jsonl", lines.join("\n")))
      const reports = stderr.split("\n").filter((line) => line.startsWith("line "))
      expect([code, reports.length]).toEqual([0, 20])
      expect(reports[19]).toBe('line 20: ignored "0", "1", "2", "3", "4" and 2 more')
      expect(stderr).toMatch(/^25 lines have unknown members/m)
    })
    it("refuses to write the ids over the imported file, or where it may not write", async () => {
      const path = await file("own.jsonl", person("Own"))
      expect(await importFile(`${path} --ids ${folder}/../${basename(folder)}/own.jsonl`)).toEqual(
        refused(/^--ids names the file to import: .*\n$/)
      )
      expect(await importFile(`${path} --ids ${folder}`)).toEqual(
        refused(/^The file ".*" cannot be written \(EISDIR\): .*\n$/)
      )
      expect(await readFile(path, "utf8")).toBe(person("Own"))
      expect(await stored("Own")).toEqual([])
    })
    it.each(["-", "/dev/stdin"])("reads standard input as %s", async (name) => {
      const lines = [person(`First of ${name}`), person(`Last of ${name}`)]
      expect(await cliProcess(`import contacts ${name} --organisation ACME`, lines.join("\n"))).toEqual({
        code: 0,
        stdout: "Imported 2 contacts; 0 already existed or were repeated.\n",
        stderr: ""
      })
      expect(await stored(`Last of ${name}`)).toHaveLength(1)
    })
    it("reports an unreadable file or an unknown organisation in one sentence", async () => {
      expect(await importFile(join(folder, "none"))).toEqual(refused(/^The file ".*none" does not exist: .*\n$/))
      expect(await importFile(folder)).toEqual(refused(/^The file ".*" cannot be read \(EISDIR\): .*\n$/))
      const path = await file("one.jsonl", person("One"))
      expect(await cli(`import contacts ${path} --organisation ACNE`)).toEqual(
        refused(/^The organisation "ACNE" does not exist: .*\n$/)
      )
      expect(await stored("One")).toEqual([])
    })
  })

  describe("seed", () => {
    it("stores the demonstration data and --drafts drafts, and stores nothing twice", async () => {
      const first = await cli("seed --drafts 25000")
      expect(first).toMatchObject({ code: 0 })
      expect(first.stdout).toMatch(/\nStored drafts D1 to D25000 of CRMDEMO: 25000 new, 0 already existed\.\n$/)
      expect(first.stderr).toBe("")
      await sql("UPDATE communications SET subject = 'changed since' WHERE number = 'D7'")
      const second = await cli("seed --drafts 25010")
      expect(second.stdout).toMatch(/: 10 new, 25000 already existed\.\n$/)
      expect(await sql("SELECT subject FROM communications WHERE number = 'D7'")).toEqual([
        { subject: "changed since" }
      ])
    })
    it("stores varied drafts with their history, and updates the planner's statistics", async () => {
      const [spread] = await sql(`
        SELECT count(DISTINCT number)::integer AS numbers, count(DISTINCT contact_information)::integer AS contacts,
          count(DISTINCT (direction, media, contact_information))::integer AS combinations,
          count(DISTINCT created_at)::integer AS moments, bool_and(created_at < '2026-01-01') AS past
        FROM communications WHERE number LIKE 'D%'`)
      expect(spread).toEqual({ numbers: 25010, contacts: 6, combinations: 2 * 5 * 6, moments: 25010, past: true })
      const [history] = await sql(`
        SELECT count(*)::integer AS steps, bool_and(h.at = c.created_at AND h."from" IS NULL AND h."to" = 'DRAFT') AS right
        FROM communications c JOIN communication_history h
          ON h.organisation = c.organisation AND h.communication = c.id AND h.version = c.version
        WHERE c.number LIKE 'D%'`)
      expect(history).toEqual({ steps: 25010, right: true })
      const [planned] = await sql<{ readonly rows: number }>(
        "SELECT reltuples::integer AS rows FROM pg_class WHERE relname = 'communications'"
      )
      expect(planned?.rows).toBeGreaterThan(25_000)
    })
    it("stores drafts that the API can complete", async () => {
      const server = start("main", { DATABASE_URL: database })
      const response = await fetch(`${await server.url()}/crmapi/rest/v2/communications/complete`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...documented.request, communication_identifier: { number: "D25010" } })
      })
      expect(response.status).toBe(200)
      expect(await server.stop()).toBe(0)
    })
  })

  it("works on the embedded database, but not while a server is using it", async () => {
    const env = { DATABASE_URL: "", DATA_DIR: await freshFolder() }
    expect(await cliProcess("organisation create ACME", "", env)).toMatchObject({ code: 0, stderr: "" })
    expect(await cliProcess("user create anna --organisation ACME", secret, env)).toMatchObject({ code: 0, stderr: "" })
    const server = start("main", env)
    await server.url()
    expect(await cliProcess("organisation create OTHER", "", env)).toEqual(
      refused(/^The data folder .* is in use by .*stop that process.*DATABASE_URL.*\n$/)
    )
    expect(await server.stop()).toBe(0)
    expect(await cliProcess("token release --user anna --organisation ACME", "", env)).toMatchObject({
      code: 0,
      stderr: ""
    })
    const drafts = await cliProcess("seed --drafts 100", "", env)
    expect(drafts.stdout).toMatch(/: 100 new, 0 already existed\.\n$/)
  })
})
