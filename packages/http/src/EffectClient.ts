import { Function, type Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { CommunicationsApi } from "./CommunicationsApi.ts"

/** Where a client finds the API, and the token that it sends, if any. */
export interface ClientOptions {
  readonly baseUrl: string
  readonly token?: Redacted.Redacted<string>
}

/** A client of the API in Effect: its failures are those that each method declares, told apart by `status.code`. */
export const makeClient = ({ baseUrl, token }: ClientOptions) =>
  HttpApiClient.make(CommunicationsApi, {
    baseUrl,
    transformClient:
      token === undefined ? Function.identity : HttpClient.mapRequest(HttpClientRequest.bearerToken(token))
  })
