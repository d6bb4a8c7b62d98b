import { document } from "@communications/http/document"
import { endAll, freshFolder, start } from "@communications/test-support/ServerProcess"
import { type Browser, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { documented } from "./documented.ts"
import { installed } from "./installed.ts"

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium"
const quiet = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
const args = [...quiet, "--disable-sync", "--disable-quic", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])]

describe("the documentation page in a browser, with the default configuration,", () => {
  let browser: Browser | undefined
  let page: Page
  let url = ""
  const requested: Array<string> = []
  const errors: Array<string> = []

  beforeAll(async () => {
    installed(executablePath, "install Chromium, or set CHROMIUM to its path")
    url = await start("main", { DATA_DIR: await freshFolder() }).url()
    browser = await chromium.launch({ executablePath, args })
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } })
    page.on("request", (request) => requested.push(request.url()))
    page.on("pageerror", (error) => errors.push(String(error)))
    page.on("console", (message) => {
      if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico")) errors.push(message.text())
    })
    page.on("response", (response) => {
      if (response.status() >= 400 && !response.url().endsWith("/favicon.ico")) errors.push(response.url())
    })
    await page.goto(`${url}/docs`)
    await page.locator(".opblock").first().waitFor({ timeout: 60_000 })
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await endAll()
  }, 60_000)

  it("lists every operation with its summary", async () => {
    const listed = await page.locator(".opblock-summary-description").allTextContents()
    const summaries = Object.values(document.paths).flatMap((item) => Object.values(item).map(({ summary }) => summary))
    expect(listed.toSorted()).toEqual(summaries.toSorted())
    expect(await page.title()).toContain("Communications")
    const screenshot = process.env.SCREENSHOT
    if (screenshot !== undefined) await page.screenshot({ path: screenshot })
  })
  it("completes the communication of the example when the user clicks Execute", async () => {
    const operation = page.locator(".opblock", { hasText: "/communications/complete" })
    await operation.locator(".opblock-summary").click()
    await operation.getByRole("button", { name: "Try it out" }).click()
    const responding = page.waitForResponse((response) => response.request().method() === "POST", { timeout: 60_000 })
    await operation.getByRole("button", { name: "Execute" }).click()
    const response = await responding
    expect(response.request().postDataJSON()).toEqual(documented.request)
    expect(response.status()).toBe(200)
    const body = await response.json()
    expect(body).toMatchObject(documented.response)
    const { post } = document.paths["/crmapi/rest/v2/communications/complete"] ?? {}
    expect(post?.responses["200"]?.content["application/json"]).toMatchObject({ example: body })
    const shown = operation.locator(".live-responses-table td.response-col_description:not(.col_header)")
    await expect.poll(() => shown.textContent(), { timeout: 60_000 }).toContain('"life_cycle_state": "COMPLETED"')
  }, 120_000)
  it("sends no request to another host, and has no error", () => {
    expect(requested.length).toBeGreaterThan(1)
    expect(requested.filter((loaded) => !loaded.startsWith(`${url}/`) && !/^(data|blob):/.test(loaded))).toEqual([])
    expect(errors).toEqual([])
  })
  it("may not be framed, and runs nothing that is not its own", async () => {
    const { headers } = await fetch(`${url}/docs`)
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'")
    const inject = `const script = document.createElement("script")
      script.textContent = "document.title = 'injected'"
      document.body.append(script)
      document.title`
    expect(await page.evaluate(inject)).not.toBe("injected")
    expect(errors.splice(0)).toEqual([expect.stringContaining("Content Security Policy")])
  })
})
