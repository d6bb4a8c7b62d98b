/** Communications over HTTP. */
export * from "./Answers.ts"
export { TrustedProxies } from "./ClientAddress.ts"
export * from "./CommunicationsApi.ts"
export * from "./Failures.ts"
export { requestId } from "./Gateway.ts"
export { layer, serve } from "./Serve.ts"
