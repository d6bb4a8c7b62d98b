import { request } from "node:http"
import { layerMemory, Sessions } from "@communications/core"
import { aDraft, freshCaller, freshToken, store } from "@communications/core/testing"
import { serve } from "@communications/http/router"
import { disagreement } from "@communications/test-support/documentAgreement"
import { NodeHttpServer } from "@effect/platform-node"
import { Duration, Effect, Layer, Redacted } from "effect"
import { HttpServer } from "effect/http"

/** The default path of requests. */
const completePath = "/crmapi/rest/v2/communications/complete"

/** The ports in memory. */
export const Memory = layerMemory

/** The API over a real socket, on the provided ports. */
export const Api = serve.pipe(Layer.provideMerge(NodeHttpServer.layerTest))

/** A request, which Node sends as it is. */
export interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | ReadonlyArray<string>
}

/** A response, with its body as text and as JSON. */
export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
  readonly json: unknown
}

const parse = (text: string): unknown => (text === "" ? undefined : JSON.parse(text))

/** Sends a request to the API. It dies if the response does not match the OpenAPI document. */
export const send = (sent: Sent): Effect.Effect<Received, never, HttpServer.HttpServer> =>
  Effect.tap(exchange(sent), ({ status, headers, json }) => {
    const { method = "POST", path = completePath, body } = sent
    const reduced = `${path} ${body}`.includes("fields_set")
    const wrong = disagreement({ method, path: path.split("?", 1)[0] ?? path, status, headers, json, reduced })
    return wrong === undefined ? Effect.void : Effect.die(new Error(`the response to ${method} ${path} ${wrong}`))
  })

/** Sends an array of strings as chunks. An empty `content-type` is not sent. */
const exchange = ({ method = "POST", path = completePath, headers = {}, body }: Sent) =>
  Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    const url = new URL(path, HttpServer.formatAddress(address).replace("0.0.0.0", "127.0.0.1"))
    return yield* Effect.callback<Received>((resume) => {
      const { "content-type": type = "application/json", ...rest } = headers
      const all = type === "" ? rest : { ...rest, "content-type": type }
      const sent = request(url, { method, headers: all, agent: false }, (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString()
          resume(
            Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) })
          )
        })
      })
      sent.on("error", (error) => resume(Effect.die(error)))
      if (body === undefined || typeof body === "string" || body instanceof Uint8Array) sent.end(body)
      else {
        for (const piece of body) sent.write(piece)
        sent.end()
      }
    })
  })

/** Sends a request to complete a communication, with this body as JSON. */
export const complete = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  send({ headers, body: JSON.stringify(body) })

/** Creates a caller with an open session, and a draft with the number 41. */
export const setup = Effect.gen(function* () {
  const [caller, token, draft] = [freshCaller(), freshToken(), aDraft()]
  yield* (yield* Sessions).open(token, caller, Duration.days(1))
  yield* store(caller.organisation, draft)
  return { caller, token: Redacted.value(token), draft }
})
