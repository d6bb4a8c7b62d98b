/** The documents of the API: its OpenAPI document, and a page that renders it. */
import { Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpApiSwagger, OpenApi } from "effect/http-api"
import { documentPaths } from "../Paths.ts"
import { Api } from "./Api.ts"
import { document } from "./OpenApiDocument.ts"

export { document } from "./OpenApiDocument.ts"

let text: string | undefined

/** The document as JSON. */
export const documentText = async (): Promise<string> => {
  text ??= JSON.stringify(document)
  return text
}

let rendered: Promise<string> | undefined

const render = async (): Promise<string> => {
  const swagger = HttpApiSwagger.layer(Api.annotateMerge(OpenApi.annotations({ override: document })), {
    path: documentPaths.page
  })
  const { handler, dispose } = HttpRouter.toWebHandler(Layer.provide(swagger, HttpServer.layerServices), {
    disableLogger: true
  })
  const response = await handler(new Request(`http://localhost${documentPaths.page}`))
  const html = await response.text()
  await dispose()
  return html
}

/** The page that renders the document and sends requests. */
export const page = (): Promise<string> => {
  rendered ??= render()
  return rendered
}
