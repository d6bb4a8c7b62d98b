import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const root = join(import.meta.dirname, "../../..")

/** The variables of the server and of libpq, which a program does not inherit from the tests. */
const setting = /^(PG|DATABASE_|MIGRAT|OTEL_|METRICS_)|^(DATA_DIR|HOST|LOG_LEVEL|PORT)$/

/** A program of the app in a separate process, and everything it has printed. */
export class ServerProcess {
  readonly child: ChildProcess
  stdout = ""
  stderr = ""

  constructor(
    program: "main" | "cli",
    env: Readonly<Record<string, string>>,
    arguments_: ReadonlyArray<string> = [],
    input: string | Uint8Array = ""
  ) {
    const file = `apps/server/src/${program}.ts`
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !setting.test(name)))
    const options = ["--disable-warning=ExperimentalWarning", "--conditions=@communications/source"] // as `npm start`
    this.child = spawn(process.execPath, [...options, file, ...arguments_], {
      cwd: root,
      env: { ...inherited, PORT: "0", ...env },
      stdio: ["pipe", "pipe", "pipe"]
    })
    this.child.stdin?.on("error", () => {}).end(input)
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text
    })
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text
    })
  }

  /** Waits for the process to end and returns its exit code. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "close")
    return this.child.exitCode
  }

  /** Waits for the process to end; returns its exit code and everything it has printed. */
  async result() {
    return { code: await this.ended(), stdout: this.stdout, stderr: this.stderr }
  }

  /** Sends a signal and waits for the process to end. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.child.kill(signal)
    return this.ended()
  }

  /** Waits until the server has logged its URL and returns it. */
  async url(): Promise<string> {
    for (;;) {
      const url = /"url":"(\S+?)".*\n/.exec(this.stdout)?.[1]
      if (url !== undefined) return url
      const { exitCode, signalCode } = this.child
      if (exitCode !== null || signalCode !== null)
        throw new Error(`the process ended (${exitCode ?? signalCode}): ${this.stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

const running: Array<ServerProcess> = []
const folders: Array<string> = []

/** Starts a program of the app, with its arguments and standard input. The test must call `endAll` afterwards. */
export const start = (...program: ConstructorParameters<typeof ServerProcess>): ServerProcess => {
  const started = new ServerProcess(...program)
  running.push(started)
  return started
}

/** Makes an empty temporary folder, which `endAll` removes. */
export const freshFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "communications-data-"))
  folders.push(folder)
  return folder
}

/** Stops a program with SIGTERM, so that it can clean up; after 20 seconds it is killed. */
const end = async (started: ServerProcess): Promise<void> => {
  const kill = setTimeout(() => started.child.kill("SIGKILL"), 20_000)
  await started.stop()
  clearTimeout(kill)
}

/** Stops all programs that tests have started, and removes their folders. */
export const endAll = async (): Promise<void> => {
  await Promise.all(running.splice(0).map(end))
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
}
