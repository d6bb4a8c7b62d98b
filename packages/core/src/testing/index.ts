/** The contracts of the ports, for whoever writes an adapter: lists of clauses that any test runner can run. */
export * from "./Clause.ts"
export * from "./CommunicationsContract.ts"
export * from "./Fixtures.ts"
export * from "./SessionsContract.ts"
