import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { dirname } from "node:path"
import { text } from "node:stream/consumers"
import { expect, it } from "vitest"

/** Whether a process runs. */
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it("a PostgreSQL of the tests ends, and its folder is removed, if the process that has started it is killed", async () => {
  const program = `
    import { startPostgres } from ${JSON.stringify(import.meta.resolve("../src/PostgresServer.ts"))}
    const { process: { pid, spawnargs } } = await startPostgres({ fsync: "off" })
    process.stdout.write(JSON.stringify({ pid, data: spawnargs[2] }), () => process.kill(process.pid, "SIGKILL"))`
  const starter = spawn(process.execPath, ["--input-type=module", "--eval", program])
  const [output] = await Promise.all([text(starter.stdout), once(starter, "exit")])
  const { pid, data }: { readonly pid: number; readonly data: string } = JSON.parse(output)
  expect(data).toMatch(/communications-postgres-\w+.data$/)
  await expect.poll(() => isRunning(pid), { timeout: 50_000 }).toBe(false)
  await expect.poll(() => existsSync(dirname(data)), { timeout: 50_000 }).toBe(false)
})
