/**
 * A program that waits until the process that has started it ends, however it ends; then it stops the PostgreSQL in a
 * folder, if one runs there, and removes the folder.
 */
import { once } from "node:events"
import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"

const [folder = ""] = process.argv.slice(2)

process.stdin.resume()
await once(process.stdin, "end")
try {
  const [pid] = (await readFile(join(folder, "data", "postmaster.pid"), "utf8")).split("\n")
  process.kill(Number(pid), "SIGINT")
} catch {
  // It has stopped already.
}
// The folder is not empty while the server writes its last files.
await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 })
