import { Context, Effect } from "effect"
import type { HttpRequest } from "./HttpRequest.ts"

/** How many proxies stand between the clients and this server; each appends the address of its client to `X-Forwarded-For`. */
export const TrustedProxies = Context.Reference<number>("@communications/http/TrustedProxies", {
  defaultValue: () => 0
})

/** The address of the client, as far as no client can forge it; `null` where it is unknown. */
export const addressOf = ({ address, headers }: HttpRequest): Effect.Effect<string | null> =>
  Effect.map(TrustedProxies, (proxies) => {
    if (proxies === 0) return address
    const forwarded = (headers["x-forwarded-for"] ?? "").split(",").map((address) => address.trim())
    return forwarded.at(-proxies) || null
  })
