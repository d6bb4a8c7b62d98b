/** The schemas of failures, for the endpoints that declare them. */
import { Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { type Code, messageOf, statusOf } from "./Codes.ts"

/** The schema of a failure of that code. */
export const FailureOf = <const C extends Code>(code: C) =>
  Schema.Struct({
    status: Schema.Struct({ code: Schema.Literal(code), message: Schema.String, description: Schema.String }),
    data: Schema.Null
  })
    .annotate({ identifier: code, description: messageOf(code) })
    .pipe(HttpApiSchema.status(statusOf(code)))

/** How a client is told that it needs a token. */
export const challenge = { "www-authenticate": 'Bearer error="invalid_token"' } as const
/** How a client is told when to try again. */
export const later = { "retry-after": "1" } as const

/** The token is not valid, told with the challenge that HTTP asks for. */
export const InvalidTokenFailure = FailureOf("INVALID_TOKEN").pipe(
  HttpApiSchema.encodeToWithHeaders(
    {
      body: FailureOf("INVALID_TOKEN"),
      headers: { "www-authenticate": Schema.Literal(challenge["www-authenticate"]) }
    },
    { decode: ({ body }) => body, encode: (body) => ({ body, headers: challenge }) }
  )
)

/** Too many log-ins failed, told with the seconds after which another one is heard. */
export const TooManyAttemptsFailure = Schema.Struct({
  ...FailureOf("TOO_MANY_ATTEMPTS").fields,
  retry_after: Schema.Int
}).pipe(
  HttpApiSchema.encodeToWithHeaders(
    { body: FailureOf("TOO_MANY_ATTEMPTS"), headers: { "retry-after": Schema.FiniteFromString } },
    {
      decode: ({ body, headers }) => ({ ...body, retry_after: headers["retry-after"] }),
      encode: ({ retry_after, ...body }) => ({ body, headers: { "retry-after": retry_after } })
    }
  )
)

/** The service is unavailable, told with the seconds after which to try again. */
export const UnavailableFailure = FailureOf("UNAVAILABLE").pipe(
  HttpApiSchema.encodeToWithHeaders(
    { body: FailureOf("UNAVAILABLE"), headers: { "retry-after": Schema.Literal("1") } },
    { decode: ({ body }) => body, encode: (body) => ({ body, headers: later }) }
  )
)
