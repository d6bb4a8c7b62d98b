/**
 * Runs in a worker thread: PostgreSQL, and the socket on which it accepts connections. It reports once that it is ready, or
 * why it does not start. Any message stops it.
 */
import { parentPort, workerData } from "node:worker_threads"
import { PGlite } from "@electric-sql/pglite"
import { PGLiteSocketServer } from "@electric-sql/pglite-socket"

/** What the thread needs: the folder of the data, and the path of the socket. */
export interface EmbeddedPostgresData {
  readonly folder: string
  readonly path: string
}

/** What the thread reports: that it accepts connections, or why it does not, or no longer. */
export type EmbeddedPostgresReport = { readonly _tag: "Ready" } | { readonly _tag: "Failed"; readonly reason: string }

const sharedBuffers = "shared_buffers=16MB"

/** WASI's number for ENOSPC. PGlite's errors of files have no message, only such a number. */
const noSpace = 51

const reasonOf = (error: unknown): string => {
  if (error instanceof Error) return error.message
  const errno = typeof error === "object" && error !== null && "errno" in error ? error.errno : undefined
  return errno === noSpace ? "no space left on device" : `error ${errno ?? String(error)}`
}

const report = (value: EmbeddedPostgresReport) => parentPort?.postMessage(value)

const run = async ({ folder, path }: EmbeddedPostgresData) => {
  const db = await PGlite.create(folder, {
    onStderr: (line) => {
      const [, reason] = /(?:PANIC|FATAL): +(.*)/.exec(line) ?? []
      if (reason !== undefined) report({ _tag: "Failed", reason })
      return false
    },
    startParams: [...PGlite.defaultStartParams, "-c", sharedBuffers],
    initDbStartParams: ["--set", sharedBuffers]
  })
  // The client has one connection. A closed connection counts until its statement ends. A cancel request also takes a
  // connection.
  const server = new PGLiteSocketServer({ db, path, maxConnections: 8 })
  await server.start()
  parentPort?.once("message", async () => {
    await server.stop()
    await db.close()
    process.exit() // ends only this thread
  })
  report({ _tag: "Ready" })
}

run(workerData).catch((error) => {
  report({ _tag: "Failed", reason: reasonOf(error) })
  process.exit()
})
