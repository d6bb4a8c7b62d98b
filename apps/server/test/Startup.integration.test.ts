import { once } from "node:events"
import { createServer } from "node:net"
import { afterAll, describe, expect, inject, it } from "vitest"
import { endAll, freshFolder, start } from "./ServerProcess.ts"

const unknownDatabase = new URL(inject("postgresUrl"))
unknownDatabase.pathname = "/no_such_database"

describe("what cannot work", () => {
  afterAll(endAll, 60_000)

  const refused = async (env: Readonly<Record<string, string>>, sentence: RegExp) => {
    const server = start("main", { DATA_DIR: await freshFolder(), ...env })
    expect(await server.ended()).toBe(1)
    expect(server.stderr).toMatch(sentence)
    expect(server.stderr.trimEnd().split("\n")).toHaveLength(1)
    expect(server.stdout + server.stderr).not.toContain("s3cret")
  }

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["a DATABASE_URL that is no URL", { DATABASE_URL: "s3cret" }, /^DATABASE_URL must be/],
    ["a DATABASE_URL of another kind", { DATABASE_URL: "mysql://u:s3cret@127.0.0.1/x" }, /^DATABASE_URL must be/],
    [
      "an unreachable database",
      { DATABASE_URL: "postgres://u:s3cret@127.0.0.1:1/x" },
      /127\.0\.0\.1:1\/x .*ECONNREFUSED/
    ],
    ["an unknown database", { DATABASE_URL: unknownDatabase.href }, /no_such_database .*does not exist/],
    ["a PORT that is none", { PORT: "abc" }, /^PORT must be/],
    ["a LOG_LEVEL that is none", { LOG_LEVEL: "loud" }, /^LOG_LEVEL must be one of debug, info/],
    ["an EVENTS_RETENTION that is none", { EVENTS_RETENTION: "soon" }, /^EVENTS_RETENTION must be a time/],
    ["a HOST that is not this machine", { HOST: "192.0.2.1" }, /^192\.0\.2\.1:0 is not an address of this machine/],
    ["a data folder that is a file", { DATA_DIR: "/dev/null" }, /^The data folder \/dev\/null cannot be used/]
  ])("%s is told in one sentence, code 1", (_, env, sentence) => refused(env, sentence), 60_000)

  it("a port in use is told in one sentence, code 1", async () => {
    const holder = createServer().listen(0, "127.0.0.1")
    await once(holder, "listening")
    const address = holder.address()
    const port = String(typeof address === "object" ? address?.port : "")
    await refused({ PORT: port }, /^127\.0\.0\.1:\d+ is in use: set PORT/)
    holder.close()
  }, 60_000)
})
