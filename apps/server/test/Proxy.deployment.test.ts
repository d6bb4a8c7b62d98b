import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { writeFile } from "node:fs/promises"
import { request } from "node:http"
import { join } from "node:path"
import { freePort } from "@communications/test-support/freePort"
import { endAll, freshFolder, type ServerProcess, start } from "@communications/test-support/ServerProcess"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { blockOf } from "./blockOf.ts"
import { completing, documented } from "./documented.ts"
import { installed } from "./installed.ts"
import { untilReady } from "./untilReady.ts"

/** A proxy, and how to run its documented configuration without TLS. */
interface Proxy {
  readonly name: string
  readonly executable: string
  readonly variable: string
  readonly configuration: (documented: string, folder: string, port: number) => string
  readonly parameters: (file: string) => ReadonlyArray<string>
}

const proxies: ReadonlyArray<Proxy> = [
  {
    ...{ name: "nginx", variable: "NGINX_PATH", executable: process.env.NGINX_PATH ?? "/usr/sbin/nginx" },
    configuration: (documented, folder, port) => {
      const servers = documented.replace("listen 443 ssl", `listen 127.0.0.1:${port}`).replaceAll(/^ *ssl_.*\n/gm, "")
      const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
        (name) => `${name}_temp_path ${folder}/${name};`
      )
      return `daemon off; pid ${folder}/pid; error_log stderr; events {} http { access_log off; client_body_buffer_size 2m; ${paths.join(" ")}\n${servers}}`
    },
    parameters: (file) => ["-c", file, "-e", "stderr"]
  },
  {
    ...{ name: "haproxy", variable: "HAPROXY", executable: process.env.HAPROXY ?? "/usr/sbin/haproxy" },
    configuration: (documented, _, port) => documented.replace(/bind :443 ssl .*/, `bind 127.0.0.1:${port}`),
    parameters: (file) => ["-db", "-f", file]
  }
]

describe.each(proxies)("the server behind $name, as documented,", (proxy) => {
  let server: ServerProcess
  let running: ChildProcess | undefined
  let [url, port] = ["", 0]

  beforeAll(async () => {
    const { name, executable, variable } = proxy
    installed(executable, `install ${name}, or set ${variable} to its path`)
    server = start("main", { DATA_DIR: await freshFolder(), PROXIES: "1", LOG_LEVEL: "debug" })
    const folder = await freshFolder()
    port = await freePort()
    const file = join(folder, "proxy.conf")
    const block = blockOf(name).replace("127.0.0.1:3000", new URL(await server.url()).host)
    await writeFile(file, proxy.configuration(block, folder, port))
    running = spawn(executable, [...proxy.parameters(file)], { stdio: "inherit" })
    url = `http://127.0.0.1:${port}`
    await untilReady(url, 60_000)
  }, 180_000)
  afterAll(async () => {
    running?.kill()
    if (running?.exitCode === null && running.signalCode === null) await once(running, "exit")
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
    const { body, headers } = await completing(url)
    expect(body).toMatchObject(documented.response)
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000")
    expect(headers.get("cache-control")).toBe("no-store")
  })

  it("redirects to the documentation, and compresses it", async () => {
    const page = await fetch(url)
    expect([page.status, page.url]).toEqual([200, `${url}/docs`])
    expect(page.headers.get("content-encoding")).toBe("gzip")
  })

  it("accepts a communication of a megabyte, and responds to a larger one", async () => {
    const path = `${url}/crmapi/rest/v2/communications/create`
    const create = (size: number) =>
      fetch(path, {
        ...{ method: "POST", headers: { "content-type": "application/json" } },
        body: JSON.stringify({ content: "x".repeat(size) })
      })
    expect((await create(1_000_000)).status).toBe(400)
    expect((await create(1_500_000)).status).toBe(413)
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
