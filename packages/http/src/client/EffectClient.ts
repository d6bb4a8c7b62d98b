/** A client of the API in Effect, over any `HttpClient`. */
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
import { pathOf, verbOf } from "../Paths.ts"
import type { codeOfError } from "../Refusals.ts"
import type { AnswerOf, ReducedOf, RequestOf } from "./ClientTypes.ts"
import { queryTexts } from "./Query.ts"
import { isFailure, isSuccess } from "./Received.ts"

/** Where the API is, and the token to send, which goes into a header and never into a URL. */
export interface EffectClientOptions {
  readonly baseUrl: string
  readonly token?: Redacted.Redacted<string>
}

/** The codes of the failures of an operation. */
export type CodeOf<Op extends Operations> =
  | (typeof codeOfError)[InstanceType<Op["errors"][number]>["_tag"]]
  | "INVALID_PARAMETERS"
  | "INTERNAL_ERROR"

/** The failures of an operation, by `status.code`; and those of the exchange itself. */
export type ClientError<Op extends Operations> = Failure<CodeOf<Op>> | HttpClientError.HttpClientError

interface Reducible<Op extends Operations> {
  (request: RequestOf<Op> & { readonly fields_set?: null }): Effect.Effect<AnswerOf<Op>, ClientError<Op>>
  (
    request: RequestOf<Op> & { readonly fields_set: NonNullable<FieldsInput> }
  ): Effect.Effect<ReducedOf<Op>, ClientError<Op>>
}

type Method<Op extends Operations> = Op extends { readonly user: "authenticated" }
  ? Reducible<Op>
  : (request: RequestOf<Op>) => Effect.Effect<AnswerOf<Op>, ClientError<Op>>

/** The methods of all operations, in their groups. */
export type EffectMethods = {
  readonly [G in Group]: { readonly [Op in InGroup<G> as MethodOf<Op["name"]>]: Method<Op> }
}

/** A client of the API at this URL. A response that the API did not make, such as that of a proxy, is a defect. */
export const makeClient = Effect.fnUntraced(function* ({ baseUrl, token }: EffectClientOptions) {
  const http = yield* HttpClient.HttpClient
  const sent = (name: string, request: object) => {
    const url = `${baseUrl.replace(/\/+$/, "")}${pathOf(name)}`
    const made =
      verbOf(name) === "GET"
        ? HttpClientRequest.get(url, { urlParams: queryTexts(request) })
        : HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post(url), request)
    return token === undefined ? made : HttpClientRequest.bearerToken(made, token)
  }
  return inGroups<EffectMethods>(
    operations,
    ({ name }) =>
      (request: object) =>
        Effect.gen(function* () {
          const response = yield* http.execute(sent(name, request))
          const body = yield* response.json
          if (isSuccess<unknown>(body)) return body.data
          return yield* isFailure<Code>(body)
            ? Effect.fail(body)
            : Effect.die(new Error(`the answer to ${name}, status ${response.status}, is none of the API`))
        })
  )
})
