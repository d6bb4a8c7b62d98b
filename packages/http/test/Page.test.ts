import { createHash } from "node:crypto"
import { document, page, policyOf } from "@communications/http/document"
import { afterEach, describe, expect, it, vi } from "vitest"

afterEach(() => void vi.restoreAllMocks())

describe("the page of the documentation", () => {
  it("contains the OpenAPI document, and rendering it writes nothing to the log", async () => {
    const log = vi.spyOn(console, "log").mockReturnValue()
    const [, contained = ""] = /<script id="swagger-spec"[^>]*>(.*?)<\/script>/s.exec(await page()) ?? []
    expect(JSON.parse(contained)).toEqual(JSON.parse(JSON.stringify(document)))
    expect(log).not.toHaveBeenCalled()
  })

  it("has a policy that allows its own scripts and styles by hash, and nothing inline or evaluated", async () => {
    const policy = await policyOf(await page())
    expect(policy).toMatch(/script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}';/)
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
  })
})

describe("the policy of a page", () => {
  it("has the hash of every script and style, which a browser runs only with this content", async () => {
    const hashOf = (content: string) => `'sha256-${createHash("sha256").update(content).digest("base64")}'`
    const html = `<style>Zoë</style><script type="application/json">{}</script>
      <script>one\n</script><script>two</script>`
    expect((await policyOf(html)).split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hashOf("one\n")} ${hashOf("two")}`,
      `style-src ${hashOf("Zoë")}`,
      "img-src data:",
      "connect-src 'self'",
      ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
    ])
  })
})
