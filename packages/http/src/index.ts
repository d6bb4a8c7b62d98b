/** The HTTP API: one function from a request to its response, and an HTTP adapter for the Fetch standard. */
import "./sameEffect.ts"

export { largestBody, MaxBody } from "./Body.ts"
export { TrustedProxies } from "./ClientAddress.ts"
export * from "./Codes.ts"
export { failed, requestId } from "./Envelope.ts"
export { requestHeaders, responseHeaders } from "./Headers.ts"
export * from "./HttpRequest.ts"
export { headersIn } from "./Options.ts"
export { pathOf, verbOf } from "./Paths.ts"
export { codeOfError } from "./Refusals.ts"
export { bodyLimit, type Ports, respond } from "./Respond.ts"
export { createHandler, type Handler, type HandlerOptions } from "./WebHandler.ts"
