/** The OpenAPI document of the API, and a page that renders it. */
import "../sameEffect.ts"

import { Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiSwagger, OpenApi } from "effect/http-api"
import { document } from "./OpenApiDocument.ts"

export { document } from "./OpenApiDocument.ts"
export { policyOf } from "./PagePolicy.ts"

/** The OpenAPI document as JSON text. */
export const documentText = async (): Promise<string> => JSON.stringify(document)

/** Renders the HTML page of the OpenAPI document. Its users can try requests on it. */
export const page = async (): Promise<string> => {
  const described = HttpApi.make("page").annotateMerge(OpenApi.annotations({ override: document }))
  const swagger = HttpApiSwagger.layer(described, { path: "/" })
  const { handler, dispose } = HttpRouter.toWebHandler(Layer.provide(swagger, HttpServer.layerServices), {
    disableLogger: true
  })
  const response = await handler(new Request("http://localhost/"))
  const rendered = await response.text()
  await dispose()
  return rendered
}
