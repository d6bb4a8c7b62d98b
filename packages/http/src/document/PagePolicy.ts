/** The Content-Security-Policy of the page, which allows its own scripts and styles by their hashes, and no others. */

const sha256 = async (text: string): Promise<string> => {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))
  return `'sha256-${btoa(String.fromCharCode(...hash))}'`
}

/** The contents of the elements with this tag and without attributes. A script with a type of data needs no hash. */
const inline = (html: string, tag: "script" | "style"): ReadonlyArray<string> =>
  [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))].map(([, content = ""]) => content)

/** The policy of an HTML page: it may send requests only to its own server, and no other page may frame it. */
export const policyOf = async (html: string): Promise<string> => {
  const [scripts, styles] = [inline(html, "script"), inline(html, "style")]
  return [
    "default-src 'none'",
    `script-src ${(await Promise.all(scripts.map(sha256))).join(" ")}`,
    `style-src ${(await Promise.all(styles.map(sha256))).join(" ")}`,
    "img-src data:",
    "connect-src 'self'",
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
  ].join("; ")
}
