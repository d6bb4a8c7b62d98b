import { readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { endAll, freshFolder, start } from "@communications/test-support/ServerProcess"
import { afterAll, describe, expect, it } from "vitest"
import { completing } from "./documented.ts"

describe("the embedded database on a full disk", () => {
  afterAll(endAll, 60_000)

  /** A server that finds its disk full as soon as `fill` has resolved. */
  const starting = async (isFull: boolean) => {
    const [DATA_DIR, FULL_DISK] = [await freshFolder(), join(await freshFolder(), "full")]
    const fill = () => writeFile(FULL_DISK, "")
    if (isFull) await fill()
    const NODE_OPTIONS = `--import=${new URL("./fullDisk.mjs", import.meta.url).href}`
    return { server: start("main", { DATA_DIR, FULL_DISK, NODE_OPTIONS }), fill, DATA_DIR }
  }

  it("does not start, says why, and leaves no data behind", async () => {
    const { server, DATA_DIR } = await starting(true)
    expect(await server.ended()).toBe(1)
    expect(server.stderr).toMatch(/^The embedded database in \S+ does not start \(no space left on device\): [^\n]+\n$/)
    expect(await readdir(DATA_DIR)).toEqual(["lock.sqlite"])
  }, 60_000)

  it.each(["SIGTERM", "SIGINT"] as const)(
    "fails requests, says why, and ends on %s",
    async (signal) => {
      const { server, fill } = await starting(false)
      const url = await server.url()
      await fill()
      expect(await completing(url)).toMatchObject({ http: 503, code: "UNAVAILABLE" })
      expect((await fetch(`${url}/health/live`)).status).toBe(200)
      expect((await fetch(`${url}/health/ready`)).status).toBe(503)
      await expect
        .poll(() => server.stdout, { timeout: 30_000 })
        .toMatch(/database has stopped \(.*No space left on device\)/)
      expect(await server.stop(signal)).toBe(0)
    },
    60_000
  )
})
