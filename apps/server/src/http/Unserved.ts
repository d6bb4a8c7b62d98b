/** Requests that the API does not receive, as the log describes them. */
import type { IncomingMessage } from "node:http"
import { MetricsEnabled } from "@communications/core"
import { type Code, requestId, requestMetrics } from "@communications/http"
import { Context, Effect } from "effect"

/**
 * Logs a line about a request that the API does not receive, at the level of requests. It began by `performance.now()`. With
 * the code of a refusal, counts it too.
 */
export type LogUnserved = (
  message: string,
  began: number,
  details: Readonly<Record<string, unknown>>,
  refusal?: Code
) => void

/** Makes the function that logs to the logger of a context. */
export const makeLogUnserved = (context: Context.Context<never>): LogUnserved => {
  const fork = Effect.runForkWith(context)
  const isMeasured = Context.get(context, MetricsEnabled)
  return (message, began, details, refusal) => {
    if (isMeasured && refusal !== undefined) requestMetrics.refusals.with({ code: refusal }).updateUnsafe(1, context)
    const duration_ms = Math.round((performance.now() - began) * 10) / 10
    fork(Effect.annotateLogs(Effect.logDebug(message), { ...details, duration_ms }))
  }
}

/** The path and the query of a request. The target may also be an absolute URL, which HTTP requires servers to accept. */
export const targetOf = ({ url = "" }: IncomingMessage): string => {
  if (url.startsWith("/") || !URL.canParse(url)) return url
  const { pathname, search } = new URL(url)
  return pathname + search
}

/** The names and values that identify a request in the log. Its query is omitted, because it may contain a token. */
export const described = (request: IncomingMessage) => {
  const id = request.headers["x-request-id"]
  return {
    request_id: requestId(typeof id === "string" ? id : undefined),
    method: request.method,
    path: targetOf(request).split("?", 1)[0],
    address: request.socket.remoteAddress ?? null
  }
}
