/** A route: how the API responds to a request for one path and verb. */
import {
  type Accounts,
  type Attempts,
  type Communications,
  type ContactInformations,
  type Readiness,
  type Sessions,
  StorageUnavailable
} from "@communications/core"
import { Cause, Effect, Option } from "effect"
import { type Code, type Failure, failure } from "./Codes.ts"
import { failed } from "./Envelope.ts"
import type { HttpResponse } from "./HttpRequest.ts"
import { headersOf, type OperationError, refusalOf } from "./Refusals.ts"
import { logDefect, logUnavailable, type Served } from "./RequestLog.ts"

/** The ports that the API uses. */
export type Ports = Accounts | Attempts | Communications | ContactInformations | Readiness | Sessions

type ResponseEffect = Effect.Effect<HttpResponse, never, Ports>

/** What a route does. `fromCause` turns its refusals, defects and interrupts into responses. */
export type RouteEffect = Effect.Effect<HttpResponse, OperationError, Ports>

/** Responds to a request with this query. */
export type Route = (served: Served, query: string) => RouteEffect

/** Responds with a failure. */
export const refuse = (refusal: Failure<Code>, id: string): ResponseEffect =>
  Effect.succeed(failed(refusal, id, headersOf(refusal.status.code)))

const unavailable = new StorageUnavailable({
  operation: "respond",
  reason: "unreachable",
  cause: new Error("the work that the request waited for was interrupted")
})

/**
 * The response to a failed request. A refusal has its own code. A defect is `INTERNAL_ERROR`, and its cause is only logged.
 * If the cause contains only interrupts, the work that the request waited for was interrupted: the HTTP adapter's
 * interrupt of the request itself never reaches this function.
 */
export const fromCause =
  (served: Served) =>
  (cause: Cause.Cause<OperationError>): ResponseEffect => {
    const { id } = served
    const error = Cause.hasInterruptsOnly(cause) ? Option.some(unavailable) : Cause.findErrorOption(cause)
    if (Option.isNone(error)) {
      return Effect.as(
        logDefect(served, cause),
        failed(failure("INTERNAL_ERROR", "the server has logged the error under the request id"), id)
      )
    }
    const refusal = refusalOf(error.value)
    const response = failed(refusal.failure, id, refusal.headers)
    return error.value instanceof StorageUnavailable
      ? Effect.as(logUnavailable(served, error.value), response)
      : Effect.succeed(response)
  }
