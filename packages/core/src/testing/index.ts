/** The contracts of the ports, for whoever writes an adapter: lists of clauses that any test runner can run. */
export * from "./AccountsContract.ts"
export * from "./AttemptsContract.ts"
export { type Clause, expectEqual, expectFailure, expectForAll } from "./Clause.ts"
export * from "./CommunicationsContract.ts"
export * from "./ContactInformationsContract.ts"
export * from "./contracts.ts"
export * from "./Fixtures.ts"
export * from "./SessionsContract.ts"
