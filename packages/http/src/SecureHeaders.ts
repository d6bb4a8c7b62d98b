/**
 * The headers of every response that protect its data in browsers and caches. `Strict-Transport-Security` is missing,
 * because only the proxy that terminates TLS may send it. Source: OWASP, REST Security Cheat Sheet, "Security Headers".
 */
export const secureHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
} as const
