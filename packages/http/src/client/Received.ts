/** What a response of the API is, as far as a client checks it. */
import { type Code, type Failure, isCode } from "../Codes.ts"

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const codeIn = (body: unknown): unknown => (isObject(body) && isObject(body.status) ? body.status.code : undefined)

/** Whether the body is that of a success; its data has the type that the operation declares. */
export const isSuccess = <Data>(body: unknown): body is { readonly data: Data } =>
  codeIn(body) === "OK" && isObject(body) && "data" in body

/** Whether the body is that of a failure with one of the codes that the operation declares. */
export const isFailure = <C extends Code>(body: unknown): body is Failure<C> => {
  const code = codeIn(body)
  return typeof code === "string" && isCode(code)
}
