/** The route of an operation. */
import { type Operations, RequestId, type Returned } from "@communications/core"
import { Effect, type Redacted, Result, type Schema } from "effect"
import { readBody } from "./Body.ts"
import { addressOf } from "./ClientAddress.ts"
import { type Code, type Failure, failure } from "./Codes.ts"
import { succeeded } from "./Envelope.ts"
import { responseHeaders, writeHeaders } from "./Headers.ts"
import { makeIgnoredHeader } from "./IgnoredParameters.ts"
import { makeOptionsReader } from "./Options.ts"
import { verbOf } from "./Paths.ts"
import { makeQueryReader } from "./Query.ts"
import type { OperationError } from "./Refusals.ts"
import { makeRefusalDelay } from "./RefusedTokens.ts"
import { logThrottled, type Served } from "./RequestLog.ts"
import { fromCause, type Ports, type Route, type RouteEffect, refuse } from "./Route.ts"
import { tokenOf } from "./Token.ts"

/** All operations count the refusals of a network together. */
const delayRefusal = makeRefusalDelay()

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Runs an operation. The result has the type that those of all operations have in common. */
const runOperation = (
  operation: Operations,
  token: Redacted.Redacted<string>,
  address: string | null,
  parameters: unknown,
  options: object | undefined
): Effect.Effect<Returned<Schema.Json, unknown>, OperationError, Ports> =>
  operation.call({ token, address }, parameters, options, "HTTP")

/** Makes the route of an operation. Each response to a request that could be read names what the operation ignored. */
export const routeOf = (operation: Operations): Route => {
  const isRead = verbOf(operation.name) === "GET"
  const readQuery = makeQueryReader(operation.request)
  const readOptions = makeOptionsReader(operation.options)
  const ignoredHeader = makeIgnoredHeader(operation)

  const respond = (served: Served, parameters: unknown, named: Readonly<Record<string, unknown>>): RouteEffect => {
    const { request, id } = served
    const parameter = operation.user === "anyone" ? null : (named.token ?? null)
    if (parameter !== null && typeof parameter !== "string") {
      return refuse(failure("INVALID_PARAMETERS", "token: expected a string or null"), id)
    }
    const token = tokenOf(request, parameter)
    const options = readOptions(request)
    if (Result.isFailure(options)) return refuse(options.failure, id)
    return Effect.flatMap(addressOf(request), (address) =>
      runOperation(operation, token, address, parameters, options.success).pipe(
        Effect.tapErrorTag("InvalidToken", () => delayRefusal(address))
      )
    ).pipe(
      Effect.tapErrorTag("TooManyAttempts", () => logThrottled(served, named)),
      Effect.provideService(RequestId, id),
      Effect.map(({ value, ...metadata }) => succeeded(value, id, writeHeaders(responseHeaders, metadata)))
    )
  }

  return (served, query) => {
    const { request, id } = served
    const read: Result.Result<unknown, Failure<Code>> = isRead ? readQuery(query) : readBody(request)
    if (Result.isFailure(read)) return refuse(read.failure, id)
    const named = isObject(read.success) ? read.success : {}
    const response = respond(served, read.success, named)
    const ignored = ignoredHeader(named, query, request)
    return ignored === undefined
      ? response
      : Effect.map(Effect.catchCause(response, fromCause(served)), ({ headers, ...others }) => ({
          ...others,
          headers: { ...headers, ...ignored }
        }))
  }
}
