import { once } from "node:events"
import { createServer, type IncomingHttpHeaders } from "node:http"
import { listenOnFreePort } from "@communications/test-support/freePort"

/** A request that the receiver has received. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A value of OTLP, as JSON. */
interface Value {
  readonly stringValue?: string
  readonly intValue?: number | string
}

/** Attributes of OTLP, as JSON. */
type Attributes = ReadonlyArray<{ readonly key: string; readonly value: Value }>

/** The attributes by name. */
export const attributesOf = (attributes: Attributes): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]))

/** A span of OTLP, as JSON. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: Attributes
  readonly status: { readonly code: number; readonly message?: string }
}

/** A log record of OTLP, as JSON. */
interface ReceivedLogRecord {
  readonly traceId?: string
  readonly body: Value
  readonly attributes: Attributes
}

interface Payload {
  readonly resourceSpans?: ReadonlyArray<{
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<ReceivedSpan> }>
  }>
  readonly resourceLogs?: ReadonlyArray<{
    readonly scopeLogs: ReadonlyArray<{ readonly logRecords: ReadonlyArray<ReceivedLogRecord> }>
  }>
  readonly resourceMetrics?: ReadonlyArray<{
    readonly resource: { readonly attributes: Attributes }
    readonly scopeMetrics: ReadonlyArray<{
      readonly metrics: ReadonlyArray<{ readonly name: string; readonly unit: string }>
    }>
  }>
}

/** Starts a server that receives OTLP over HTTP, like an OpenTelemetry collector. */
export const otlpReceiver = async () => {
  const received: Array<Received> = []
  const server = createServer(async (request, response) => {
    const chunks: Array<Buffer> = []
    for await (const chunk of request) chunks.push(chunk)
    received.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString("latin1") })
    response.writeHead(receiver.status).end()
  })
  const port = await listenOnFreePort(server)
  const payloads = (): ReadonlyArray<Payload> =>
    received.map(({ body }) => JSON.parse(Buffer.from(body, "latin1").toString()))
  const receiver = {
    received,
    /** The status of the responses. */
    status: 200,
    url: `http://127.0.0.1:${port}`,
    spans: () =>
      payloads().flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      ),
    logRecords: () =>
      payloads().flatMap(({ resourceLogs = [] }) =>
        resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
      ),
    metrics: () => payloads().flatMap(({ resourceMetrics = [] }) => resourceMetrics),
    close: async () => {
      server.close().closeAllConnections()
      await once(server, "close")
    }
  }
  return receiver
}
