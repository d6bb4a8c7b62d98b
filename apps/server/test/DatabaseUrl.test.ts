import { readFileSync } from "node:fs"
import { join } from "node:path"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Redacted, Result, Schema } from "effect"
import { configuration } from "../src/Configuration.ts"
import { expected, refused, variables } from "../src/DatabaseUrl.ts"

type Environment = Readonly<Record<string, string>>

const read = (env: Environment) =>
  Effect.map(configuration, ({ databaseUrl }) => databaseUrl).pipe(
    Effect.result,
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )

/** The session that the server would open, with the password in clear. */
const session = (DATABASE_URL: string, env: Environment = {}) =>
  Effect.gen(function* () {
    const target = Option.getOrThrow(Result.getOrThrow(yield* read({ ...env, DATABASE_URL })))
    const { password, ...others } = Redacted.value(target.session)
    return { ...others, password: password && Redacted.value(password), location: target.location, tls: target.tls }
  })

const refuses = (env: Environment, sentence: string | RegExp) =>
  Effect.gen(function* () {
    const result = yield* read(env)
    const message = Result.isFailure(result) ? result.failure.message : "accepted"
    if (typeof sentence === "string") assert.strictEqual(message, sentence)
    else assert.match(message, sentence)
  })

const mustBe = `DATABASE_URL must be ${expected}.`

describe("DATABASE_URL", () => {
  it.effect.each(["p@ss/w:rd#", "x@y", "1/x", "1?x", "1#x", "a@b:c@d", "a b", "50%off", "a\nb"])(
    "asks for percent-encoding if the password is %j as it is",
    (password) => refuses({ DATABASE_URL: `postgres://app:${password}@db.example:5432/crm` }, mustBe)
  )

  it.effect.each(["postgres://h:x/crm", "postgres://h/crm#x"])("refuses %j", (url) =>
    refuses({ DATABASE_URL: url }, mustBe)
  )

  it.effect.each(["crm", "mysql://h/crm", "jdbc:postgresql://h/crm", "postgres:/h/crm", "s3cret@h/crm"])(
    "refuses %j because of its beginning",
    (url) => refuses({ DATABASE_URL: url }, /^DATABASE_URL must begin with postgres:\/\/ or postgresql:\/\/, as in /)
  )

  it.effect.prop("accepts any percent-encoded user name and password", [Schema.String, Schema.String], (texts) =>
    Effect.gen(function* () {
      const [user, password] = texts.map((text) => `x${text.toWellFormed()}`)
      const url = `postgres://${encodeURIComponent(`${user}`)}:${encodeURIComponent(`${password}`)}@db.example/crm`
      assert.deepInclude(yield* session(url), { username: user, password, host: "db.example", port: 5432 })
    })
  )

  it.effect.prop(
    "prints nothing of the user name and the password, whatever the form of the URL",
    [Schema.String, Schema.String, Schema.Literals(["", "@", "/", "?", "#", "&", ":", "%", "=", "@h/", "&sslmode="])],
    ([before, after, special]) =>
      Effect.gen(function* () {
        const raw = `${before}${special}s3cret${special}${after}`
        for (const secret of [raw, encodeURIComponent(raw.toWellFormed()), `s3cret${special}${before}`]) {
          for (const url of [
            `postgres://app:${secret}@db.example:5432/crm`,
            `postgres://${secret}:${secret}@db.example/crm?sslmode=require`,
            `postgres://${secret}@/crm?host=/run`,
            `postgres://app:${secret}@[::1]:1/crm`,
            `postgresql://db.example/crm?user=app&password=${secret}`,
            `postgres:///crm?password=${secret}&user=${secret}&nope=1`,
            `postgres://app:${secret}@`,
            `postgres:app:${secret}@db.example/crm`,
            `//app:${secret}@db.example/crm`,
            `app:${secret}@db.example/crm`,
            secret
          ]) {
            const result = yield* read({ DATABASE_URL: url, PGPASSWORD: "s3cret", PGUSER: "s3cret" })
            const printed = [String(result), inspect(result, { depth: 9 }), JSON.stringify(result)].join("\n")
            assert.notInclude(printed, "s3cret")
          }
        }
      })
  )

  it.effect("reads every part of a URL", () =>
    Effect.gen(function* () {
      const url =
        "postgresql://ann:p%40ss@db.example:6432/the%20crm?application_name=crm&options=-c%20a%3Db+c&connect_timeout=9"
      assert.deepStrictEqual(yield* session(url), {
        ...{ host: "db.example", port: 6432, database: "the crm", username: "ann", password: "p@ss" },
        ...{ applicationName: "crm", startupOptions: "-c a=b+c", tls: undefined },
        location: "db.example:6432/the%20crm"
      })
    })
  )

  it.effect.each([
    ["postgres://ann@/crm?host=/run/postgresql", "/run/postgresql", "/run/postgresql:5432/crm"],
    ["postgres://ann@%2Frun%2Fpostgresql/crm", "/run/postgresql", "/run/postgresql:5432/crm"],
    ["postgres:///crm?host=/run/postgresql&port=5433", "/run/postgresql", "/run/postgresql:5433/crm"],
    ["postgres://[::1]/crm", "::1", "[::1]:5432/crm"],
    ["postgres:///crm", "localhost", "localhost:5432/crm"],
    ["postgres://?dbname=crm&host=h", "h", "h:5432/crm"]
  ] as const)("reads the host in %s", ([url, host, location]) =>
    Effect.gen(function* () {
      assert.deepInclude(yield* session(url), { host, location })
    })
  )

  it.effect.each([
    ["host=a", "DATABASE_URL has two values for host: remove one."],
    ["sslmode=require&ssl=true", "DATABASE_URL has two values for sslmode: remove one."],
    [
      "channel_binding=require",
      /^DATABASE_URL has the parameter channel_binding, which is not supported: use only host,/
    ],
    ["ssl=false", /^DATABASE_URL has a parameter that is not supported: use only host,/],
    ["pgbouncer=true", /^DATABASE_URL has a parameter that is not supported: use only host,/],
    ["connect_timeout=0", /^connect_timeout in DATABASE_URL, or PGCONNECT_TIMEOUT, must be/],
    [
      "sslmode=prefer",
      /^sslmode in DATABASE_URL, or PGSSLMODE, must be disable, require, .* do not promise encryption\.$/
    ],
    ["sslmode=verify-ca", /^sslrootcert in .* must name a file/],
    ["sslrootcert=/ca.pem", /^sslmode in .* must be require, verify-ca or verify-full/],
    ["sslmode=require&sslrootcert=system", /^sslmode in .* must be verify-full/],
    ["sslmode=require&sslcert=/a.pem", /^sslcert in .* needs sslkey/]
  ] as const)("refuses ?%s with a sentence", ([query, sentence]) =>
    refuses({ DATABASE_URL: `postgres://h/crm?${query}` }, sentence)
  )

  it.effect.each([
    ["postgres://a,b/crm", /^host in .* must be one host/],
    ["postgres://h:0/crm", /^port in .* must be a number from 1 to 65535/],
    ["postgres://ann@h", /^dbname in .* must name a database/],
    ["postgres:///crm?host=/run&sslmode=require", /^sslmode in .* must be disable on a Unix socket/]
  ] as const)("refuses %s with a sentence", ([DATABASE_URL, sentence]) => refuses({ DATABASE_URL }, sentence))

  it.effect.each([
    ["", undefined],
    ["?sslmode=disable&sslrootcert=/ca.pem", undefined],
    ["?ssl=true", { mode: "require", files: {} }],
    ["?sslmode=require&sslrootcert=/ca.pem", { mode: "require", files: { sslrootcert: "/ca.pem" } }],
    ["?sslrootcert=system", { mode: "verify-full", files: {} }],
    [
      "?sslmode=verify-full&sslcert=/a.pem&sslkey=/a.key",
      { mode: "verify-full", files: { sslcert: "/a.pem", sslkey: "/a.key" } }
    ]
  ] as const)("asks with %s for the TLS of libpq", ([query, tls]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* session(`postgres://h/crm${query}`)).tls, tls)
    })
  )
})

describe("the documentation", () => {
  const operating = readFileSync(join(import.meta.dirname, "../../../docs/operating.md"), "utf8")
  const urls = Array.from(operating.matchAll(/DATABASE_URL='?(postgres:\/\/[^\s'`…]+)/g), ([, url = ""]) => url)

  it.effect.each(urls)("names a URL that is accepted: %s", (url) => Effect.asVoid(session(url)))

  it("lists the variables", () => {
    for (const name of Object.values(variables)) assert.include(operating, `\`${name}\``)
  })
})

describe("the variables of libpq", () => {
  it.effect("supply what DATABASE_URL leaves out", () =>
    Effect.gen(function* () {
      const env = {
        ...{ PGHOST: "db.example", PGPORT: "6432", PGUSER: "ann", PGPASSWORD: "p@ss", PGDATABASE: "crm" },
        ...{ PGAPPNAME: "crm", PGOPTIONS: "-c a=b", PGSSLMODE: "require", PGCONNECT_TIMEOUT: "9" }
      }
      assert.deepStrictEqual(yield* session("postgres://", env), {
        ...{ host: "db.example", port: 6432, database: "crm", username: "ann", password: "p@ss" },
        ...{ applicationName: "crm", startupOptions: "-c a=b", tls: { mode: "require", files: {} } },
        location: "db.example:6432/crm"
      })
      const url = "postgres://bob:other@h:1/x?sslmode=disable"
      assert.deepInclude(yield* session(url, env), { username: "bob", password: "other", host: "h", port: 1 })
    })
  )

  it.effect.each(Object.values(variables))("do not start the embedded database unnoticed: %s", (name) =>
    refuses({ [name]: "x" }, new RegExp(`^${name} is set, but DATABASE_URL is not: set DATABASE_URL=postgres:// `))
  )

  it.effect.each(Object.values(refused))("are never ignored: %s", (name) =>
    refuses({ DATABASE_URL: "postgres://h/crm", [name]: "x" }, `${name} is not supported: unset it.`)
  )
})
