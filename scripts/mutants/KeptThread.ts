import { Worker } from "node:worker_threads"
import type { PoolOptions, PoolWorker, WorkerRequest } from "vitest/node"
import { project } from "./projects.ts"

/** How many runs share a thread, and how long each of them may take, in milliseconds: a slow one may leave fibers behind. */
const [maxRuns, maxTime] = [project.runsPerThread ?? 100, 3_000]

let kept: { readonly thread: Worker; runs: number } | undefined

/**
 * A worker of Vitest that keeps its thread for the next run: for most mutants, loading the libraries and the code would
 * take much longer than the tests.
 */
export class KeptThread implements PoolWorker {
  readonly name = "kept"
  private readonly listeners: Array<readonly [event: string, callback: (arg: unknown) => void]> = []
  private readonly env: PoolOptions["env"]
  private began = 0

  constructor({ env }: PoolOptions) {
    this.env = env
  }

  private get thread() {
    const options = { env: this.env, stdout: true, stderr: true }
    kept ??= { thread: new Worker(new URL("./keptWorker.ts", import.meta.url), options), runs: 0 }
    return kept.thread
  }

  on(event: string, callback: (arg: unknown) => void) {
    this.listeners.push([event, callback])
    this.thread.on(event, callback)
  }

  off(event: string, callback: (arg: unknown) => void) {
    this.thread.off(event, callback)
  }

  send(message: WorkerRequest) {
    this.thread.postMessage(message)
  }

  async start() {
    this.began = performance.now()
  }

  async stop() {
    const { thread } = this
    for (const [event, callback] of this.listeners) thread.off(event, callback)
    if (kept === undefined) return
    kept.runs++
    if (kept.runs < maxRuns && performance.now() - this.began < maxTime) return
    kept = undefined
    await thread.terminate()
  }

  deserialize(data: unknown) {
    return data
  }
}
