/** Reads the options of an operation from the headers of a request. */
import { describeAll } from "@communications/core"
import { Result, Schema, SchemaAST, SchemaParser } from "effect"
import { type Failure, failure } from "./Codes.ts"
import { type Header, type RequestHeader, requestHeaders } from "./Headers.ts"
import type { HttpRequest } from "./HttpRequest.ts"

/** The headers that an operation declares, of its options or of its metadata. */
export const headersIn = <H extends Header>(headers: Readonly<Record<string, H>>, declared: Schema.Top | undefined) =>
  declared !== undefined && SchemaAST.isObjects(declared.ast)
    ? declared.ast.propertySignatures.flatMap(({ name, type }) => {
        const header = headers[String(name)]
        return header === undefined ? [] : [{ ...header, name: String(name), type }]
      })
    : []

const invalid = (description: string) => Result.fail(failure("INVALID_PARAMETERS", description))

/** Makes a reader of the options that an operation declares; without any in the request it returns `undefined`. */
export const makeOptionsReader = (declared: Schema.Top | undefined) => {
  const headers = headersIn<RequestHeader>(requestHeaders, declared).map((header) => ({
    ...header,
    key: header.header.toLowerCase(),
    decode: SchemaParser.decodeUnknownResult(Schema.make<Schema.Codec<unknown>>(header.type))
  }))
  return (request: HttpRequest): Result.Result<object | undefined, Failure<"INVALID_PARAMETERS">> => {
    let options: Record<string, unknown> | undefined
    for (const { name, key, header, read, expected, decode } of headers) {
      const text = request.headers[key]
      if (text === undefined) continue
      if (text.includes("\n")) return invalid(`${header}: send this header once`)
      const value = read(text)
      if (value === undefined) return invalid(`${header}: expected ${expected}`)
      const decoded = decode(value)
      if (Result.isFailure(decoded)) return invalid(describeAll(decoded.failure, [header])[0])
      options = { ...options, [name]: value }
    }
    return Result.succeed(options)
  }
}
