/** A client of the API for programs in Effect, over any `HttpClient`. */
import "../sameEffect.ts"

import {
  type FieldsInput,
  type Group,
  type InGroup,
  inGroups,
  type MethodOf,
  type Operations,
  operations
} from "@communications/core"
import { Effect, type Redacted } from "effect"
import { HttpClient, type HttpClientError, HttpClientRequest } from "effect/http"
import type { Code, Failure } from "../Codes.ts"
import { writeOptions } from "../Headers.ts"
import { pathOf, verbOf } from "../Paths.ts"
import type { codeOfError } from "../Refusals.ts"
import type { OptionsArgument, RequestOf, ResultOf, SparseResultOf } from "./ClientTypes.ts"
import { readMetadata, remember } from "./Metadata.ts"
import { queryTexts, urlOf } from "./Query.ts"
import { isFailure, isSuccess } from "./ResponseBody.ts"

export { metadataOf } from "./Metadata.ts"

/** Options of `makeClient`. */
export interface EffectClientOptions {
  /** The URL of the server, before `/crmapi/rest/v2`: for example `https://crm.example`. */
  readonly baseUrl: string
  /** The token, which is sent in a header and never in a URL. */
  readonly token?: Redacted.Redacted<string>
}

/** The codes with which an operation can fail. */
export type CodeOf<Op extends Operations> =
  | (typeof codeOfError)[InstanceType<Op["errors"][number]>["_tag"]]
  | "INVALID_PARAMETERS"
  | "INTERNAL_ERROR"

/** The errors of a method: failures of the operation, distinguished by `status.code`, or of the HTTP client. */
export type ClientError<Op extends Operations> = Failure<CodeOf<Op>> | HttpClientError.HttpClientError

/** With `fields_set`, the method succeeds with the named fields; without it, with all fields. */
export interface EffectMethodWithFieldsSet<Op extends Operations> {
  (
    request: RequestOf<Op> & { readonly fields_set?: null },
    options?: OptionsArgument<Op>
  ): Effect.Effect<ResultOf<Op>, ClientError<Op>>
  (
    request: RequestOf<Op> & { readonly fields_set: NonNullable<FieldsInput> },
    options?: OptionsArgument<Op>
  ): Effect.Effect<SparseResultOf<Op>, ClientError<Op>>
}

/** The method of an operation. */
export type EffectMethod<Op extends Operations> = Op extends { readonly user: "authenticated" }
  ? EffectMethodWithFieldsSet<Op>
  : (request: RequestOf<Op>, options?: OptionsArgument<Op>) => Effect.Effect<ResultOf<Op>, ClientError<Op>>

/** A method for each operation, by group. */
export type EffectMethods = {
  readonly [G in Group]: { readonly [Op in InGroup<G> as MethodOf<Op["name"]>]: EffectMethod<Op> }
}

/** Makes a client of the API at a URL. A response that is not from the API, but for example from a proxy, is a defect. */
export const makeClient = Effect.fnUntraced(function* ({ baseUrl, token }: EffectClientOptions) {
  const http = yield* HttpClient.HttpClient
  const httpRequestOf = (name: string, request: object, options: object) => {
    const url = urlOf(baseUrl, pathOf(name))
    const withoutToken =
      verbOf(name) === "GET"
        ? HttpClientRequest.get(url, { urlParams: queryTexts(request) })
        : HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post(url), request)
    const withOptions = HttpClientRequest.setHeaders(withoutToken, writeOptions(options))
    return token === undefined ? withOptions : HttpClientRequest.bearerToken(withOptions, token)
  }
  return inGroups<EffectMethods>(
    operations,
    ({ name }) =>
      (request: object, options: object = {}) =>
        Effect.gen(function* () {
          const response = yield* http.execute(httpRequestOf(name, request, options))
          const body = yield* response.json
          if (isSuccess<object>(body)) {
            remember(
              body.data,
              readMetadata((name) => response.headers[name])
            )
            return body.data
          }
          return yield* isFailure<Code>(body)
            ? Effect.fail(body)
            : Effect.die(new Error(`the response to ${name} (status ${response.status}) is not from the API`))
        })
  )
})
