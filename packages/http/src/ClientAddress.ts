import { Context, Effect } from "effect"
import type { HttpRequest } from "./HttpRequest.ts"

/** The number of trusted proxies in front of the server. Each appends the address of its client to `X-Forwarded-For`. */
export const TrustedProxies = Context.Reference<number>("@communications/http/TrustedProxies", {
  defaultValue: () => 0
})

/**
 * The address of the client, or `null` if it is unknown. A client cannot forge it if `TrustedProxies` is the number of
 * proxies (decision 12).
 */
export const addressOf = ({ address, headers }: HttpRequest): Effect.Effect<string | null> =>
  Effect.map(TrustedProxies, (proxies) => {
    if (proxies === 0) return address
    const forwarded = (headers["x-forwarded-for"] ?? "").split(",").map((address) => address.trim())
    return forwarded.at(-proxies) || null
  })
