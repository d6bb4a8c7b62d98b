/** How the body of a request is read. */
import { Effect, Result, type Schema, SchemaParser } from "effect"
import { type Failure, failure } from "./Codes.ts"
import type { Asked } from "./Routes.ts"
import { describe } from "./Wording.ts"

/** Whether a `Content-Type` is that of JSON, in UTF-8 if it names an encoding. */
const isJson = (contentType: string): boolean => {
  if (contentType === "application/json") return true
  const [type, ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase())
  const charsets = parameters.filter((parameter) => parameter.startsWith("charset="))
  return type === "application/json" && charsets.every((charset) => /^charset=("utf-8"|utf-8)$/.test(charset))
}

/** On every platform, though not in the language. */
declare const TextDecoder: new (
  encoding: string,
  options: { readonly fatal: boolean }
) => { readonly decode: (bytes: ArrayBuffer) => string }

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** The largest body that is read, in bytes. */
export const largestBody = 16_384

/** Why there is no body of the shape. */
type NoBody = Failure<"INVALID_PARAMETERS"> | Failure<"UNSUPPORTED_MEDIA_TYPE">

const wrong = (description: string) => Effect.fail(failure("INVALID_PARAMETERS", description))
const notJson = Effect.fail(failure("UNSUPPORTED_MEDIA_TYPE", "send application/json, in UTF-8"))
const encoded = Effect.fail(failure("UNSUPPORTED_MEDIA_TYPE", "send it without a Content-Encoding"))

/**
 * Makes a reader of bodies of a shape. It reads a body once, and makes sure of what `HttpApi` would let pass: that the body
 * has the type of JSON, and is UTF-8.
 */
export const bodyOf = <A, I>(schema: Schema.Codec<A, I>) => {
  const decode = SchemaParser.decodeUnknownResult(schema)
  const read = (text: string): Effect.Effect<A, NoBody> => {
    let json: unknown
    try {
      json = text === "" ? undefined : JSON.parse(text)
    } catch {
      return wrong("the body is not JSON")
    }
    const decoded = decode(json)
    return Result.isSuccess(decoded) ? Effect.succeed(decoded.success) : wrong(describe(decoded.failure))
  }
  return (request: Asked): Effect.Effect<A, NoBody> => {
    const { "content-type": type, "content-encoding": encoding = "identity" } = request.headers
    if (encoding !== "identity") return encoded
    if (type !== undefined && !isJson(type)) return notJson
    return Effect.flatMap(Effect.orDie(request.arrayBuffer), (bytes): Effect.Effect<A, NoBody> => {
      if (type === undefined && bytes.byteLength > 0) return notJson
      let text: string
      try {
        text = utf8.decode(bytes)
      } catch {
        return wrong("the body is not UTF-8")
      }
      return read(text)
    })
  }
}
