import { Redacted } from "effect"
import type { HttpRequest } from "./HttpRequest.ts"

/** The bearer token in the `Authorization` header, or `undefined`. It may be empty. */
const bearerOf = ({ headers: { authorization } }: HttpRequest): string | undefined => {
  const bearer = /^Bearer(?:[ \t]+(.*))?$/is.exec(authorization ?? "")
  return bearer === null ? undefined : (bearer[1] ?? "")
}

/** The token, from the parameter or the header. It is empty, and so invalid, if both are missing or if they differ. */
export const tokenOf = (request: HttpRequest, parameter: string | null | undefined): Redacted.Redacted<string> => {
  const bearer = bearerOf(request)
  const token = parameter ?? bearer ?? ""
  return Redacted.make(bearer === undefined || bearer === token ? token : "")
}
