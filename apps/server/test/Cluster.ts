/** Three machines with PostgreSQL, Patroni and etcd, behind HAProxy, configured as docs/operating.md shows it. */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { once } from "node:events"
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseEnv, promisify } from "node:util"
import { runAs } from "@communications/test-support/PostgresServer"
import { vi } from "vitest"
import { blockOf, chapterOf } from "./blockOf.ts"
import { installed } from "./installed.ts"

const programs = {
  etcd: "/usr/bin/etcd",
  haproxy: "/usr/sbin/haproxy",
  patroni: "/usr/bin/patroni",
  postgres: "/usr/lib/postgresql/15/bin/postgres"
} as const

const chapter = chapterOf("Fail over")

/**
 * Finds ports that stay free while a program that listens there is stopped: Linux assigns those from 32768 on to
 * outgoing connections.
 */
const steadyPorts = async (count: number): Promise<ReadonlyArray<number>> => {
  const found: Array<number> = []
  for (let port = randomInt(15_000, 30_000); found.length < count; port++) {
    const server = createServer().listen(port, "127.0.0.1")
    const isFree = await new Promise((resolve) => {
      server.once("listening", () => resolve(true)).once("error", () => resolve(false))
    })
    if (isFree) found.push(port)
    server.close()
  }
  return found
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null

/** One machine of the cluster, with its etcd, its Patroni and its PostgreSQL. */
export interface Member {
  readonly name: string
  /** The process ids of its PostgreSQL, the first of them that of the postmaster. */
  readonly postgres: () => Promise<ReadonlyArray<number>>
  /** The process id of the process of its PostgreSQL that receives changes from the primary. */
  readonly receiver: () => Promise<number>
  /** Starts etcd and Patroni, as systemd does after a machine has started. */
  readonly start: () => Promise<void>
  /** Kills all its processes. */
  readonly kill: () => Promise<void>
  /** Sends SIGSTOP to all its processes, or SIGCONT. */
  readonly freeze: () => Promise<void>
  readonly thaw: () => void
}

/** What `GET /cluster` of Patroni returns of a member. */
interface Reported {
  readonly name: string
  readonly role: string
  readonly state: string
  readonly timeline?: number
}

/** Starts the cluster. `stop` ends every process and removes every file, also if starting has failed. */
export const makeCluster = async () => {
  for (const path of Object.values(programs)) {
    installed(
      path,
      "npm run test:failover needs Debian's packages: apt-get install haproxy patroni etcd-server postgresql-15"
    )
  }
  const folder = await mkdtemp(join(tmpdir(), "communications-failover-"))
  await chmod(folder, 0o755)
  const processes: Array<ChildProcess> = []
  const env = { PATH: process.env.PATH, HOME: folder, LC_ALL: "C.UTF-8" }

  /** Starts a program, which writes to a log file. */
  const run = async (name: string, file: string, parameters: ReadonlyArray<string>, settings = {}) => {
    const log = await open(join(folder, `${name}.log`), "a")
    const child = spawn(file, [...parameters], {
      ...{ ...runAs, cwd: folder, env: { ...env, ...settings }, stdio: ["ignore", log.fd, log.fd] }
    })
    await log.close()
    processes.push(child)
    return child
  }
  const logOf = (name: string) => readFile(join(folder, `${name}.log`), "utf8")

  const makeFolder = async (name: string) => {
    const path = join(folder, name)
    await mkdir(path, { mode: 0o700 })
    if (runAs.uid !== undefined) await chown(path, runAs.uid, runAs.gid)
    return path
  }

  const names = ["pg1", "pg2", "pg3"]
  const ports = new Map<string, number>()
  const [database, site, one, two, ...others] = await steadyPorts(16)
  const servers = [Number(one), Number(two)]
  for (const [index, name] of names.entries()) {
    for (const [offset, port] of [5432, 8008, 2379, 2380].entries())
      ports.set(`${name}:${port}`, Number(others[4 * index + offset]))
  }
  /** Replaces the documented addresses. */
  const here = (text: string): string =>
    text
      .replaceAll(/(pg\d)(:5432 port) 8008/g, (_, name, rest) => `${name}${rest} ${ports.get(`${name}:8008`)}`)
      .replaceAll("10.0.0.0/24", "127.0.0.1/32")
      .replaceAll(/\bpg\d:\d{4}\b/g, (address) => `127.0.0.1:${ports.get(address)}`)
  /** Makes the configuration of the first machine that of another one, except for the lines that name all of them. */
  const onMachine = (name: string, text: string): string =>
    here(text.replaceAll(/^(?!.*pg2).*$/gm, (line) => line.replaceAll(/pg1|10\.0\.0\.11/g, name)))
  const restOf = (name: string) => `http://127.0.0.1:${ports.get(`${name}:8008`)}`

  const makeMember = async (name: string): Promise<Member> => {
    const home = await makeFolder(name)
    const data = join(home, "data")
    const settings = onMachine(name, blockOf("ini", chapter)).replace(/DATA_DIR=.*/, `DATA_DIR=${home}/etcd`)
    const configuration = onMachine(name, blockOf("yaml", chapter))
      .replace(/data_dir: .*/, `data_dir: ${data}`)
      .replace(/pgpass: .*/, `pgpass: ${home}/pgpass`)
    const file = join(folder, `${name}.yml`)
    await writeFile(file, `${configuration}  parameters:\n    unix_socket_directories: ${home}\n`)
    /** The running etcd and Patroni. */
    let started: ReadonlyArray<ChildProcess> = []
    let frozen: Array<number> = []
    const childrenOf = async (pid: number) => {
      const { stdout } = await promisify(execFile)("ps", ["-o", "pid=", "--ppid", String(pid)])
      return stdout
        .split("\n")
        .map(Number)
        .filter((child) => child > 0)
    }
    const postmaster = async () => {
      const pid = Number((await readFile(join(data, "postmaster.pid"), "utf8")).split("\n")[0])
      // The file of a killed PostgreSQL stays, and its process id may be that of another program by now.
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8")
      if (!command.includes(data)) throw new Error(`PostgreSQL of ${name} does not run`)
      return pid
    }
    return {
      name,
      postgres: async () => {
        const pid = await postmaster()
        return [pid, ...(await childrenOf(pid))]
      },
      receiver: async () => {
        for (const pid of await childrenOf(await postmaster())) {
          if ((await readFile(`/proc/${pid}/cmdline`, "utf8")).includes("walreceiver")) return pid
        }
        throw new Error(`${name} receives nothing`)
      },
      start: async () => {
        const etcd = await run(`etcd-${name}`, programs.etcd, [], parseEnv(settings))
        started = [etcd, await run(name, programs.patroni, [file])]
      },
      kill: async () => {
        const pid = await postmaster()
        for (const child of started) child.kill("SIGKILL")
        process.kill(pid, "SIGKILL")
      },
      freeze: async () => {
        const pid = await postmaster()
        frozen = [...started.map((child) => Number(child.pid)), pid]
        for (const parent of frozen) process.kill(parent, "SIGSTOP") // from now on they start no children
        const children = await childrenOf(pid)
        for (const child of children) process.kill(child, "SIGSTOP")
        frozen.push(...children)
      },
      thaw: () => {
        for (const pid of frozen.splice(0)) process.kill(pid, "SIGCONT")
      }
    }
  }
  const members: Array<Member> = []

  const reported = async (): Promise<ReadonlyArray<Reported>> => {
    for (const { name } of members) {
      try {
        const response = await fetch(`${restOf(name)}/cluster`, { signal: AbortSignal.timeout(2_000) })
        const { members: found }: { readonly members: ReadonlyArray<Reported> } = JSON.parse(await response.text())
        return found
      } catch {
        // This member does not run: ask the next one.
      }
    }
    return []
  }

  const cluster = {
    members,
    /** The URL at which HAProxy forwards to the primary. */
    database: (user: string, name: string) => `postgres://${user}@127.0.0.1:${database}/${name}`,
    /** The URL at which HAProxy forwards to the servers. */
    site: `http://127.0.0.1:${site}`,
    logOf,
    /** The member that has this role, if there is exactly one: `primary` or `sync`. */
    having: async (role: "primary" | "sync"): Promise<Member | undefined> => {
      const found: Array<Member> = []
      for (const member of members) {
        const response = await fetch(`${restOf(member.name)}/${role}`, { signal: AbortSignal.timeout(2_000) }).catch(
          () => undefined
        )
        if (response?.ok) found.push(member)
      }
      return found.length === 1 ? found[0] : undefined
    },
    /** Waits until a primary has a synchronous standby, and another standby follows it. */
    settled: () =>
      vi.waitUntil(
        async () => {
          const found = await reported()
          const roles = found.map(({ role }) => role).sort()
          const isRunning = found.every(({ state }) => state === "running" || state === "streaming")
          const isOneTimeline = new Set(found.map(({ timeline }) => timeline)).size === 1
          return isRunning && isOneTimeline && roles.join() === "leader,replica,sync_standby"
        },
        { timeout: 600_000, interval: 200 }
      ),
    /** The ports of the servers, which the caller starts. */
    servers,
    start: async () => {
      for (const name of names) members.push(await makeMember(name))
      for (const member of members) await member.start()
      const configuration = here(blockOf("haproxy", chapter))
        .replace("bind 127.0.0.1:5432", `bind 127.0.0.1:${database}`)
        .replace(/bind :443 ssl .*/, `bind 127.0.0.1:${site}`)
        .replaceAll(/app(\d):3000/g, (_, number) => `127.0.0.1:${servers[Number(number) - 1]}`)
      const file = join(folder, "haproxy.cfg")
      await writeFile(file, configuration)
      await run("haproxy", programs.haproxy, ["-db", "-f", file])
      await cluster.settled()
    },
    stop: async () => {
      for (const member of members) member.thaw()
      const ending = processes.filter(isRunning).toReversed()
      for (const child of ending) {
        child.kill("SIGTERM") // Patroni stops its PostgreSQL
        const kill = setTimeout(() => child.kill("SIGKILL"), 30_000)
        if (isRunning(child)) await once(child, "exit")
        clearTimeout(kill)
      }
      for (const member of members) {
        for (const pid of await member.postgres().catch(() => [])) {
          try {
            process.kill(pid, "SIGKILL")
          } catch {
            // It has ended meanwhile.
          }
        }
      }
      await rm(folder, { recursive: true, force: true })
    }
  }
  return cluster
}
export type Cluster = Awaited<ReturnType<typeof makeCluster>>
