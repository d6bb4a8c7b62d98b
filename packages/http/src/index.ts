/** Communications over HTTP. */
export * from "./Answers.ts"
export * from "./CommunicationsApi.ts"
export { layer, serve } from "./CommunicationsHttp.ts"
export * from "./Failures.ts"
