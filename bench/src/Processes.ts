/** The processes of the bench, and their processor time and memory, which are measured on Linux only. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"

/** The root folder of the repository. */
export const root = join(import.meta.dirname, "../..")

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return "" // The process has ended, or this is not Linux.
  }
}

/** From /proc/PID/stat: the parent, the processor time of the process, and that of its ended children, in µs. */
const statOf = (pid: number | string) => {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  const ticks = (first: number) => (Number(fields[first] ?? 0) + Number(fields[first + 1] ?? 0)) * 10_000
  return { parent: Number(fields[1]), own: ticks(11), ended: ticks(13) }
}

/** The processor time that a process and its children have used so far, in µs. */
export const processorTimeOf = (pid: number): number => {
  const { own, ended } = statOf(pid)
  const others = process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : []
  const children = others.map(statOf).filter(({ parent }) => parent === pid)
  return children.reduce((sum, child) => sum + child.own, own + ended)
}

/** The peak memory of a process so far, in MB. */
export const memoryOf = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, "exit")
  child.kill("SIGTERM")
  const kill = setTimeout(() => child.kill("SIGKILL"), 5_000)
  await ended
  clearTimeout(kill)
}

/** Starts a program; it is stopped when the scope closes. */
const program = (command: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>>, cwd = root) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] })
      const printed = { out: "", err: "" }
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        printed.out += text
      })
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        printed.err = (printed.err + text).slice(-4000)
      })
      return { child, printed, closed: once(child, "close") }
    }),
    ({ child }) => Effect.promise(() => stop(child))
  )

/** Runs a program and returns its output; fails if the program fails or takes more than 10 minutes. */
export const outputOf = (command: string, args: ReadonlyArray<string>, env = {}, cwd = root) =>
  Effect.gen(function* () {
    const { child, printed, closed } = yield* program(command, args, env, cwd)
    yield* Effect.timeout(
      Effect.promise(() => closed),
      "10 minutes"
    )
    if (child.exitCode === 0) return printed.out
    return yield* Effect.die(new Error(`${command} exited with ${child.exitCode}: ${printed.err}${printed.out}`))
  }).pipe(Effect.scoped, Effect.orDie)

/** Starts a Node server and waits until it prints its URL; it is stopped when the scope closes. */
export const server = Effect.fn(function* (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  cwd: string
) {
  const { child, printed } = yield* program(process.execPath, args, { PORT: "0", ...env }, cwd)
  for (let waited = 0; waited < 60_000; waited += 20) {
    const url = /listens on (http:[^\s"]+)/i.exec(printed.out)?.[1]
    if (url !== undefined && child.pid !== undefined) return { url, pid: child.pid, printed }
    if (child.exitCode !== null) break
    yield* Effect.sleep("20 millis")
  }
  return yield* Effect.die(new Error(`${args.join(" ")} did not start to listen: ${printed.err}${printed.out}`))
})
