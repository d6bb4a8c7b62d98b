import { execFile } from "node:child_process"
import { mkdir, readdir, rm } from "node:fs/promises"
import { promisify } from "node:util"
import { endAll, freshFolder, type ServerProcess, start } from "@communications/test-support/ServerProcess"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { completing, documented, otherToken } from "./documented.ts"

describe("a server with the default configuration and an empty data folder", () => {
  let folder = ""
  let temporary = ""
  let server: ServerProcess
  let url = ""
  const restart = async () => {
    server = start("main", { DATA_DIR: folder, TMPDIR: temporary })
    url = await server.url()
  }
  beforeAll(async () => {
    folder = await freshFolder()
    temporary = await freshFolder()
    await restart()
  }, 120_000)
  afterAll(endAll, 60_000)

  it("first logs its URL, its database and a request that works when pasted into a shell", async () => {
    const [first = ""] = server.stdout.split("\n")
    const { timestamp, example, ...others } = JSON.parse(first)
    expect(Date.parse(timestamp)).toBeGreaterThan(0)
    expect(others).toEqual({
      level: "INFO",
      message: `Communications listens on ${url}`,
      url,
      documentation: `${url}/docs`,
      database: expect.stringContaining(folder)
    })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const { stdout } = await promisify(execFile)("bash", ["-c", example.replace("curl -i", "curl -s")])
    expect(JSON.parse(stdout)).toMatchObject(documented.response)
  })
  it("completes the documented communication only once", async () => {
    expect(await completing(url)).toMatchObject({ http: 409, code: "NOT_DRAFT" })
  })
  it("has a company and a person with every member set", async () => {
    const leaves = (value: unknown): Array<unknown> =>
      typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value]
    const company = (await completing(url, "42")).body.data.contact_information
    expect(company).toMatchObject({ type: "COMPANY", demographics: null })
    expect(leaves(company.company_profile)).not.toContain(null)
    const person = (await completing(url, "43")).body.data.contact_information
    expect(person).toMatchObject({ type: "PERSON", company_profile: null })
    expect(leaves(person.demographics)).not.toContain(null)
  })
  it("has drafts up to 60, a completed 40, and another organisation with another 41", async () => {
    expect(await completing(url, "40")).toMatchObject({ http: 409 })
    expect(await completing(url, "60")).toMatchObject({ http: 200 })
    expect(await completing(url, "61")).toMatchObject({ http: 404 })
    expect(await completing(url, "900")).toMatchObject({ http: 404 })
    expect(await completing(url, "900", otherToken)).toMatchObject({ http: 200 })
    const other = await completing(url, "41", otherToken)
    expect(other.http).toBe(200)
    expect(other.body.data.id).not.toBe(documented.response.data.id)
  })
  it("refuses a second process on the same folder with one sentence", async () => {
    const second = start("main", { DATA_DIR: folder })
    expect(await second.ended()).toBe(1)
    expect(second.stderr).toMatch(/^The data folder \S+ is in use by another process: [^\n]+\n$/)
  })
  it("loses no completion when it is killed right after the response, and stores the demonstration data only once", async () => {
    for (const number of ["44", "45", "46"]) {
      expect(await completing(url, number)).toMatchObject({ http: 200 })
      await server.stop("SIGKILL")
      await restart()
      expect(await completing(url, number)).toMatchObject({ http: 409 })
    }
    expect(await completing(url, "41")).toMatchObject({ http: 409 })
  }, 120_000)
  it("has only one temporary folder after being killed several times", async () => {
    expect(await readdir(temporary)).toHaveLength(1)
  })
  it("exits with code 0 on SIGTERM, and removes its temporary folder", async () => {
    expect(await server.stop("SIGTERM")).toBe(0)
    expect(await readdir(temporary)).toEqual([])
  }, 60_000)
  it("starts and stops even if the temporary folder was deleted meanwhile", async () => {
    await restart()
    await server.stop("SIGKILL")
    await rm(temporary, { recursive: true })
    await mkdir(temporary)
    await restart()
    await rm(temporary, { recursive: true })
    expect(await server.stop("SIGTERM")).toBe(0)
  }, 120_000)
})
