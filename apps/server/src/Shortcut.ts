import type { IncomingMessage, ServerResponse } from "node:http"
import { answerTo, largestBody, type Ports } from "@communications/http"
import { Effect, Exit, Layer, Option, Tracer } from "effect"
import { Headers, HttpMethod, type HttpServerResponse } from "effect/http"
import { NodeServer } from "./NodeServer.ts"

/** Whether the body, if there is one, is known to be small before it is read. */
const isSmall = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) <= largestBody

/** Reads a small body; never tells of one that does not arrive whole. */
const read = (request: IncomingMessage, then: (body: ArrayBuffer) => void): void => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  // A copy: what Node read may be a part of something larger.
  request.on("end", () => then(new Uint8Array(Buffer.concat(chunks)).buffer))
}

const write = (response: ServerResponse, { status, headers, body }: HttpServerResponse.HttpServerResponse): void => {
  if (response.destroyed) return
  if (body._tag !== "Uint8Array") throw new Error("an answer is not JSON")
  response.writeHead(status, headers).end(body.text ?? body.body)
}

/**
 * Answers what asks for a method as usual by itself: of what Effect's HTTP server does for any request and any answer, none
 * is needed there, and it takes as long as all the rest. It leaves what is unusual to that server, and all of it where
 * somebody traces.
 */
export const layer: Layer.Layer<never, never, NodeServer | Ports> = Layer.effectDiscard(
  Effect.gen(function* () {
    const server = yield* NodeServer
    if ((yield* Effect.tracer) !== Tracer.nativeTracer) return
    const fork = Effect.runForkWith(yield* Effect.context<Ports>())
    server.take = (request, response) => {
      const { method = "", url = "", headers, socket } = request
      const answer = answerTo(method, url)
      if (answer === undefined || !HttpMethod.isHttpMethod(method) || !isSmall(request)) return false
      read(request, (body) => {
        const fiber = fork(
          Effect.suspend(() =>
            answer({
              method,
              url,
              headers: Headers.fromInput(headers),
              remoteAddress: Option.fromUndefinedOr(socket.remoteAddress),
              arrayBuffer: Effect.succeed(body)
            })
          ).pipe(
            Effect.map((answered) => write(response, answered)),
            Effect.tapDefect((defect) => Effect.logError("An answer could not be written", defect))
          )
        )
        response.on("close", () => fiber.interruptUnsafe())
        fiber.addObserver((exit) => void (Exit.isFailure(exit) && response.destroy()))
      })
      return true
    }
  })
)
