import { Context, Effect, Option } from "effect"
import type { Asked } from "./Routes.ts"

/** How many proxies stand between the clients and this server; each adds whom it serves to `X-Forwarded-For`. */
export const TrustedProxies = Context.Reference<number>("@communications/http/TrustedProxies", {
  defaultValue: () => 0
})

/** Where a request comes from, as far as no client can make it up; `null` where that cannot be known. */
export const addressOf = Effect.fnUntraced(function* (request: Asked) {
  const proxies = yield* TrustedProxies
  if (proxies === 0) return Option.getOrNull(request.remoteAddress)
  const served = (request.headers["x-forwarded-for"] ?? "").split(",").map((address) => address.trim())
  return served.at(-proxies) || null
})
