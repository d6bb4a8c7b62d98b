/** Recognises the bodies of the API's responses. Clients check the envelope, not the data. */
import { type Code, type Failure, isCode } from "../Codes.ts"

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const codeIn = (body: unknown): unknown => (isObject(body) && isObject(body.status) ? body.status.code : undefined)

/** Whether a body is a success. The data is assumed to have the type that the operation declares. */
export const isSuccess = <Data>(body: unknown): body is { readonly data: Data } =>
  codeIn(body) === "OK" && isObject(body) && isObject(body.data)

/** Whether a body is a failure. Its code is assumed to be one that the operation declares. */
export const isFailure = <C extends Code>(body: unknown): body is Failure<C> => {
  const code = codeIn(body)
  return typeof code === "string" && isCode(code)
}
