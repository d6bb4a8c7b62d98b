import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { request } from "node:http"
import { join } from "node:path"
import { freePort } from "@communications/test-support/PostgresServer"
import { endAll, freshFolder, type ServerProcess, start } from "@communications/test-support/ServerProcess"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { completing, documented } from "./documented.ts"

const executable = process.env.NGINX_PATH ?? "/usr/sbin/nginx"

/** The documented configuration, without TLS, from one port to another. */
const configuration = (folder: string, from: number, to: string) => {
  const [, documented = ""] = /^```nginx\n([\s\S]*?)^```$/m.exec(readFileSync("docs/operating.md", "utf8")) ?? []
  const servers = documented
    .replace("127.0.0.1:3000", new URL(to).host)
    .replace("listen 443 ssl", `listen 127.0.0.1:${from}`)
    .replaceAll(/^ *ssl_.*\n/gm, "")
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`
  )
  return `daemon off; pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${paths.join(" ")}\n${servers}}`
}

describe("the server behind nginx, as documented,", () => {
  let server: ServerProcess
  let nginx: ChildProcess | undefined
  let [url, port] = ["", 0]

  beforeAll(async () => {
    if (!existsSync(executable)) {
      throw new Error(`No nginx exists at ${executable}: install nginx, or set NGINX_PATH to its path.`)
    }
    server = start("main", { DATA_DIR: await freshFolder(), PROXIES: "1", LOG_LEVEL: "debug" })
    const folder = await freshFolder()
    port = await freePort()
    await writeFile(join(folder, "nginx.conf"), configuration(folder, port, await server.url()))
    nginx = spawn(executable, ["-c", join(folder, "nginx.conf"), "-e", "stderr"], { stdio: "inherit" })
    url = `http://127.0.0.1:${port}`
    const isReady = () =>
      fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false
      )
    await vi.waitUntil(isReady, { timeout: 60_000 })
  }, 180_000)
  afterAll(async () => {
    nginx?.kill()
    if (nginx?.exitCode === null) await once(nginx, "exit")
    await endAll()
  }, 60_000)

  /** Tries to log in with a wrong password from an address of this machine, and returns the status. */
  const logIn = (localAddress: string, forwarded: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { "content-type": "application/json", "x-forwarded-for": forwarded }
      const path = "/crmapi/rest/v2/authentication/token"
      request({ ...{ host: "127.0.0.1", port, path, method: "POST", localAddress, headers, agent: false } })
        .on("response", (response) => resolve(response.resume().statusCode))
        .on("error", reject)
        .end(JSON.stringify({ organisation: "CRMDEMO", username: "demo", password: "wrong" }))
    })

  it("completes the documented communication", async () => {
    expect((await completing(url)).body).toMatchObject(documented.response)
  })

  it("redirects to the documentation, and compresses it", async () => {
    const page = await fetch(url)
    expect([page.status, page.url]).toEqual([200, `${url}/docs`])
    expect(page.headers.get("content-encoding")).toBe("gzip")
  })

  it("limits log-ins by the client's address, which the client cannot forge", async () => {
    const statuses: Array<number | undefined> = []
    for (let time = 0; time < 6; time++) statuses.push(await logIn("127.0.0.2", `192.0.2.${time}`))
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    expect(await logIn("127.0.0.3", "192.0.2.1")).toBe(401)
    const lines = server.stdout.split("\n").filter((line) => line.includes("Too many failed attempts"))
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ address: "127.0.0.2", organisation: "CRMDEMO", username: "demo" })
    ])
    expect(server.stdout).not.toContain("PROXIES is 0")
  })
})
