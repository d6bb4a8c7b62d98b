/** The envelope of every response: `{"status":{"code","message","description"},"data":…}`. */

import { isRequestId } from "@communications/core"
import type { Schema } from "effect"
import { type Code, type Failure, statusOf } from "./Codes.ts"
import type { TextResponse } from "./HttpRequest.ts"
import { secureHeaders } from "./SecureHeaders.ts"

/** The body of a success. */
export const success = <Data>(data: Data) =>
  ({ status: { code: "OK", message: null, description: null }, data }) as const

/** The request id that the client sent, if it is well-formed; otherwise a new one. */
export const requestId = (sent: string | undefined): string => (isRequestId(sent) ? sent : crypto.randomUUID())

const json = (
  status: number,
  body: { readonly status: Pick<TextResponse, "code"> },
  id: string,
  headers?: Readonly<Record<string, string>>
): TextResponse => ({
  ...{ status, code: body.status.code },
  headers: { "content-type": "application/json", "x-request-id": id, ...secureHeaders, ...headers },
  body: JSON.stringify(body)
})

/** The response to a request that succeeded. */
export const succeeded = (data: Schema.Json, id: string, headers?: Readonly<Record<string, string>>): TextResponse =>
  json(200, success(data), id, headers)

/** The response to a request that failed. */
export const failed = (failure: Failure<Code>, id: string, headers?: Readonly<Record<string, string>>): TextResponse =>
  json(statusOf(failure.status.code), failure, id, headers)
