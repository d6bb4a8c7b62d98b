/** How the body of a request is read. */
import { Result } from "effect"
import { type Failure, failure } from "./Codes.ts"
import type { HttpRequest } from "./HttpRequest.ts"

/** The largest body that is read, in bytes. */
export const largestBody = 16_384

/** Whether a `Content-Type` is JSON, in UTF-8 if it names an encoding. */
const isJson = (contentType: string): boolean => {
  if (contentType === "application/json") return true
  const [type, ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase())
  const charsets = parameters.filter((parameter) => parameter.startsWith("charset="))
  return type === "application/json" && charsets.every((charset) => /^charset=("utf-8"|utf-8)$/.test(charset))
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

type Refused = Failure<"INVALID_PARAMETERS"> | Failure<"UNSUPPORTED_MEDIA_TYPE"> | Failure<"PAYLOAD_TOO_LARGE">

const invalid = (description: string) => Result.fail(failure("INVALID_PARAMETERS", description))

/** The JSON in the body of a request; `undefined` where the body is empty. */
export const readBody = ({ headers, body }: HttpRequest): Result.Result<unknown, Refused> => {
  const type = headers["content-type"]
  const encoding = headers["content-encoding"] ?? "identity"
  if (body === undefined) {
    return Result.fail(failure("PAYLOAD_TOO_LARGE", `the body is larger than ${largestBody} bytes`))
  }
  if (encoding !== "identity") {
    return Result.fail(failure("UNSUPPORTED_MEDIA_TYPE", "send it without a Content-Encoding"))
  }
  if (type === undefined ? body.byteLength > 0 : !isJson(type)) {
    return Result.fail(failure("UNSUPPORTED_MEDIA_TYPE", "send application/json, in UTF-8"))
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
