import { createHandler } from "@communications/http"
import { layer, serve } from "@communications/http/router"
import { describeAdapter, overFetch, overSocket } from "@communications/test-support/adapterAgreement"
import { adapterPorts } from "@communications/test-support/adapterPorts"
import { NodeHttpServer } from "@effect/platform-node"
import { Layer, ManagedRuntime } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { Hono } from "hono"
import * as route from "./nextRoute.ts"

describeAdapter("createHandler, called directly", async () => {
  const handler = createHandler(adapterPorts)
  return { exchange: overFetch(handler), close: handler.dispose }
})

describeAdapter("createHandler as a route of Hono", async () => {
  const handler = createHandler(adapterPorts)
  const app = new Hono().all("*", (c) => handler(c.req.raw))
  return { exchange: overFetch((request) => app.fetch(request)), close: handler.dispose }
})

describeAdapter("createHandler mounted in Hono", async () => {
  const handler = createHandler(adapterPorts)
  const app = new Hono().mount("/", handler)
  return { exchange: overFetch((request) => app.fetch(request)), close: handler.dispose }
})

describeAdapter("createHandler as a route of Next.js", async () => ({
  exchange: overFetch(async (request) => {
    const handler = Object.entries(route).find(([method]) => method === request.method)?.[1]
    return handler === undefined ? new Response(null, { status: 405 }) : handler(request)
  })
}))

describeAdapter("Effect's HTTP server on Node", async () => {
  const runtime = ManagedRuntime.make(
    serve.pipe(Layer.provide(adapterPorts), Layer.provideMerge(NodeHttpServer.layerTest))
  )
  const { address } = await runtime.runPromise(HttpServer.HttpServer)
  return { exchange: overSocket(Number(new URL(HttpServer.formatAddress(address)).port)), close: runtime.dispose }
})

describeAdapter("a route of Effect's HttpRouter", async () => {
  const app = Layer.provideMerge(layer, HttpServer.layerServices)
  const { handler, dispose } = HttpRouter.toWebHandler(app, { disableLogger: true })
  const runtime = ManagedRuntime.make(adapterPorts)
  const context = await runtime.context()
  return { exchange: overFetch((request) => handler(request, context)), close: () => dispose().then(runtime.dispose) }
}, ["a path that cannot be decoded"])
