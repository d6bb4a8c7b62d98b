/**
 * The contracts of the ports, for authors of adapters: lists of clauses that any test runner can run (decision 7).
 *
 * ```ts
 * for (const { name, test } of communicationsContract) {
 *   it(name, () => Effect.runPromise(Effect.provide(test, layer)))
 * }
 * ```
 *
 * The clauses can share a storage. Some wait in real time: if the storage is slow, allow a minute for each.
 *
 * For tests of a host's own code: `createTestCommunications` and the builders `aPerson`, `aCompany`, `aDraft`, `anAct`.
 */
import "../effectVersion.ts"

export * from "./AccountsContract.ts"
export * from "./AttemptsContract.ts"
export type { TestAct, TestCompany, TestDraft, TestPerson, TestTime } from "./Builders.ts"
export { type Clause, differentClocks, expectEqual, expectFailure, expectForAll, LawRuns } from "./Clause.ts"
export * from "./CommunicationsContract.ts"
export * from "./ContactInformationsContract.ts"
export * from "./contracts.ts"
export * from "./EventsContract.ts"
export * from "./Fixtures.ts"
export * from "./IdempotencyContract.ts"
export { type IsolationPorts, isolationContract } from "./IsolationContract.ts"
export type { Seed, Seeds, TestCaller, TestCompleted } from "./Seeds.ts"
export * from "./SessionsContract.ts"
export * from "./TestCommunications.ts"
