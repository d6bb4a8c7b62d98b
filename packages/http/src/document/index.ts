/** The OpenAPI document of the API, and a page that renders it. */
import "../sameEffect.ts"

import { Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpApiSwagger, OpenApi } from "effect/http-api"
import { documentPaths } from "../Paths.ts"
import { Api } from "./Api.ts"
import { document } from "./OpenApiDocument.ts"
import { policyOf } from "./PagePolicy.ts"

export { document } from "./OpenApiDocument.ts"

let text: string | undefined

/** The OpenAPI document as JSON text. */
export const documentText = async (): Promise<string> => {
  text ??= JSON.stringify(document)
  return text
}

let html: Promise<string> | undefined

const renderPage = async (): Promise<string> => {
  const swagger = HttpApiSwagger.layer(Api.annotateMerge(OpenApi.annotations({ override: document })), {
    path: documentPaths.page
  })
  const { handler, dispose } = HttpRouter.toWebHandler(Layer.provide(swagger, HttpServer.layerServices), {
    disableLogger: true
  })
  const response = await handler(new Request(`http://localhost${documentPaths.page}`))
  const rendered = await response.text()
  await dispose()
  return rendered
}

/** The HTML page that renders the OpenAPI document. Its users can try requests on it. */
export const page = (): Promise<string> => {
  html ??= renderPage()
  return html
}

let policy: Promise<string> | undefined

/** The `Content-Security-Policy` to send with the page. */
export const pagePolicy = (): Promise<string> => {
  policy ??= page().then(policyOf)
  return policy
}
