import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { endAll, freshFolder } from "@communications/test-support/ServerProcess"
import { afterAll, describe, expect, it } from "vitest"
import { blockOf } from "./blockOf.ts"

const run = promisify(execFile)
const program = "/opt/communications/node_modules/.bin/communications"
const settings = "/etc/communications.env"

describe("the documented unit for systemd", () => {
  afterAll(endAll)

  /** Stores the unit, for a program that exists on this machine, and returns its file. */
  const store = async (unit: string): Promise<string> => {
    const file = join(await freshFolder(), "communications.service")
    await writeFile(file, unit.replace(program, process.execPath))
    return file
  }

  it("is valid", async () => {
    const unit = blockOf("ini")
    expect(unit).toContain(`ExecStart=${program}\n`)
    expect(unit).toContain(`EnvironmentFile=${settings}\n`)
    await expect(run("systemd-analyze", ["verify", "--man=no", await store(unit)])).resolves.toMatchObject({
      stderr: ""
    })
    // A wrong unit is reported.
    const wrong = await store(unit.replace("TimeoutStopSec=15", "TimeoutStopSec=soon"))
    const { stderr } = await run("systemd-analyze", ["verify", "--man=no", wrong])
    expect(stderr).toContain("soon")
  })

  it("exposes little of the machine", async () => {
    const { stdout } = await run("systemd-analyze", ["security", "--offline=yes", await store(blockOf("ini"))])
    const [, exposure] = /exposure level for .*: ([0-9.]+)/.exec(stdout) ?? []
    expect(Number(exposure)).toBeLessThan(2.5)
  })

  it("starts the program that the package installs", () => {
    const { bin } = JSON.parse(readFileSync("apps/server/package.json", "utf8"))
    expect(Object.keys(bin)).toEqual(["communications"])
  })
})
