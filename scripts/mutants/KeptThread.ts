import { Worker } from "node:worker_threads"
import type { PoolOptions, PoolWorker, WorkerRequest } from "vitest/node"
import { project } from "./projects.ts"

/** How many runs share a thread, and how long each of them may take, in milliseconds: a slow one may leave fibers behind. */
const [maxRuns, maxTime] = [project.runsPerThread ?? 100, 3_000]

/** A thread, and how many runs it has served. */
interface Thread {
  readonly worker: Worker
  runs: number
}

/** A thread between two runs. */
let idle: Thread | undefined

const begin = (env: PoolOptions["env"]): Thread => {
  const options = { env, stdout: true, stderr: true }
  const thread = { worker: new Worker(new URL("./keptWorker.ts", import.meta.url), options), runs: 0 }
  // What a mutant has started may fail after its run, and ends the thread.
  thread.worker.on("error", () => undefined)
  thread.worker.on("exit", () => {
    thread.runs = maxRuns
    if (idle === thread) idle = undefined
  })
  return thread
}

/**
 * A worker of Vitest that keeps its thread for the next run: for most mutants, loading the libraries and the code would
 * take much longer than the tests. A run that begins before the previous one has stopped has a thread of its own.
 */
export class KeptThread implements PoolWorker {
  readonly name = "kept"
  private readonly listeners: Array<readonly [event: string, callback: (arg: unknown) => void]> = []
  private readonly env: PoolOptions["env"]
  private thread: Thread | undefined
  private began = 0

  constructor({ env }: PoolOptions) {
    this.env = env
  }

  on(event: string, callback: (arg: unknown) => void) {
    this.listeners.push([event, callback])
    this.thread?.worker.on(event, callback)
  }

  off(event: string, callback: (arg: unknown) => void) {
    this.thread?.worker.off(event, callback)
  }

  send(message: WorkerRequest) {
    this.thread?.worker.postMessage(message)
  }

  async start() {
    this.began = performance.now()
    this.thread = idle ?? begin(this.env)
    idle = undefined
    this.thread.runs++
  }

  async stop() {
    const { thread } = this
    if (thread === undefined) return
    for (const [event, callback] of this.listeners) thread.worker.off(event, callback)
    this.thread = undefined
    const mayServe = thread.runs < maxRuns && performance.now() - this.began < maxTime
    if (mayServe && idle === undefined) idle = thread
    else await thread.worker.terminate()
  }

  deserialize(data: unknown) {
    return data
  }
}
