/** Reads the body of a request as JSON. */
import { Context, Result, type Schema, SchemaAST } from "effect"
import { type Failure, failure } from "./Codes.ts"
import type { HttpRequest } from "./HttpRequest.ts"

/** The maximum size of a request body without content, in bytes. */
export const largestBody = 16_384

/** The maximum size of a request body with the content of a communication, in bytes: at least `largestBody`. */
export const MaxBody = Context.Reference<number>("@communications/http/MaxBody", {
  defaultValue: () => 1_048_576
})

/** Whether the requests of an operation, given their schema, have the content of a communication. */
export const hasContent = ({ ast }: Schema.Top): boolean =>
  SchemaAST.isObjects(ast) && ast.propertySignatures.some(({ name }) => name === "content")

const utf8Charsets = ["charset=utf-8", 'charset="utf-8"']

/** Whether a `Content-Type` is JSON. If it names a charset, that must be UTF-8. */
const isJson = (contentType: string): boolean => {
  if (contentType === "application/json") return true
  const [type, ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase())
  const charsets = parameters.filter((parameter) => parameter.startsWith("charset="))
  return type === "application/json" && charsets.every((charset) => utf8Charsets.includes(charset))
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

type Refusal = Failure<"INVALID_PARAMETERS"> | Failure<"UNSUPPORTED_MEDIA_TYPE"> | Failure<"PAYLOAD_TOO_LARGE">

const invalid = (description: string) => Result.fail(failure("INVALID_PARAMETERS", description))

/** Parses the body of a request. An empty body is `undefined`. */
export const readBody = ({ headers, body }: HttpRequest): Result.Result<unknown, Refusal> => {
  const type = headers["content-type"]
  const encoding = headers["content-encoding"] ?? "identity"
  if ("largerThan" in body) {
    return Result.fail(failure("PAYLOAD_TOO_LARGE", `the body is larger than ${body.largerThan} bytes`))
  }
  if (encoding !== "identity") {
    return Result.fail(failure("UNSUPPORTED_MEDIA_TYPE", "send the body without a Content-Encoding"))
  }
  if (type === undefined ? body.byteLength > 0 : !isJson(type)) {
    return Result.fail(failure("UNSUPPORTED_MEDIA_TYPE", "send application/json in UTF-8"))
  }
  if (body.byteLength === 0) return Result.succeed(undefined)
  let text: string
  try {
    text = utf8.decode(body)
  } catch {
    return invalid("the body is not UTF-8")
  }
  try {
    return Result.succeed(JSON.parse(text))
  } catch {
    return invalid("the body is not JSON")
  }
}
