/** The mutants that no test has to kill, with the reason. */

/** Mutants of one line of code. */
interface Judgement {
  /** The file, from `packages`. */
  readonly file: string
  /** The line in which the mutated code begins, or a part of it. */
  readonly line: string
  /** The mutated code, if the same may stand in place of other code that begins in the line. */
  readonly code?: string
  /** What stands in place of the mutated code. */
  readonly mutant: string
  readonly why: string
}

const foundHistory = "A communication that was found has a history."
const oneRow = "The statement always returns a row."
const ownHash = "The database has only hashes that this file has made, which match from their beginning to their end."
const firstUnused = "Of the result, the first element is not used, and the others stay undefined."
const discarded = "Nobody uses the results."
const oneRequest = "There is one request, and so one result."
const noId = "A text that is longer than a UUID is no id, with its hyphens or without them."
const undefinedAnyway = "At its end, the function returns undefined too."
const unobserved = "If nothing is observed, the rest of the function adds nothing to the response, and costs more."
const equalRows = "The rest of the function returns equal rows, and costs more."
const onlyDistinguishes = "The result only distinguishes two kinds of requests, whatever their names are."
const madeOnce = "Batcher.test.ts fails. The metric is made once, by an earlier test than the one that looks at it."
const noPosition = "If no row is an event, the only row has no position; the check is for the compiler."

const judgements: ReadonlyArray<Judgement> = [
  {
    file: "core/src/memory/Accounts.ts",
    line: "users.get(organisation)?.set(username",
    mutant: "users.get(organisation).set",
    why: "An account that was found belongs to an organisation that exists."
  },
  {
    file: "core/src/memory/Communications.ts",
    line: "const last = storeOf(organisation).histories.get(found.id)?.at(-1)",
    mutant: "storeOf(organisation).histories.get(found.id).at",
    why: foundHistory
  },
  {
    file: "core/src/memory/Communications.ts",
    line: "return decide(step)(found, act, options, last?.request_id)",
    mutant: "last.request_id",
    why: foundHistory
  },
  {
    file: "core/src/CallOptions.ts",
    line: "if (within === undefined && signal === undefined) return call",
    mutant: "false",
    why: "Without a time limit and a signal, the rest of the function has the same result, and costs more."
  },
  {
    file: "core/src/CallOptions.ts",
    line: "const onAbort = () => end(Effect.die(signal?.reason))",
    mutant: "signal.reason",
    why: "Only a signal calls this function."
  },
  {
    file: "core/src/CallOptions.ts",
    line: "const stopTimer = within === undefined ? undefined : startTimer(",
    mutant: "false",
    why: "A timer without a time fails in a fiber of its own, and calls nothing."
  },
  {
    file: "core/src/use-cases/Once.ts",
    line: ".sort(([one], [other]) => (one < other ? -1 : 1))",
    mutant: "one <= other",
    why: "An object has no two members with the same name."
  },
  {
    file: "core/src/domain/FieldsSet.ts",
    line: "export const unknownMembers = (schema: Schema.Top, others: ReadonlyArray<string> = [])",
    mutant: '["Stryker was here"]',
    why: "The mutant allows a further name, which no value has."
  },
  {
    file: "core/src/domain/Identity.ts",
    line: ".replace(/^([0-9a-f]{8})-",
    mutant: "/([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i",
    why: noId
  },
  {
    file: "core/src/domain/Identity.ts",
    line: ".replace(/^([0-9a-f]{8})-",
    mutant: "/^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})/i",
    why: noId
  },
  {
    file: "core/src/operations/CreateCommunication.ts",
    line: "const contact = Result.getOrElse(parsed, () => contact_information_identifier.id)",
    mutant: "() => undefined",
    why: "A request with a malformed contact fails, so no stored fingerprint is equal to that of such a request."
  },
  {
    file: "core/src/operations/Wording.ts",
    line: "if (first === undefined) return undefined",
    mutant: "false",
    why: "Without a tag there are fewer tags than alternatives, which the next line refuses."
  },
  {
    file: "http/src/Body.ts",
    line: 'if (contentType === "application/json") return true',
    code: 'contentType === "application/json"',
    mutant: "false",
    why: "The rest of the function has the same result, and costs more."
  },
  {
    file: "http/src/Observe.ts",
    line: "if (!(isTraced || isLogged || isMeasured)) return response",
    code: "!(isTraced || isLogged || isMeasured)",
    mutant: "false",
    why: unobserved
  },
  {
    file: "http/src/Observe.ts",
    line: "if (!(isTraced || isLogged || isMeasured)) return response",
    code: "isTraced || isLogged || isMeasured",
    mutant: "true",
    why: unobserved
  },
  {
    file: "http/src/Observe.ts",
    line: "if (isLogged) observed = logged(served, observed)",
    mutant: "true",
    why: "A line below the minimum level costs time, and is not written."
  },
  {
    file: "http/src/OperationRoute.ts",
    line: "return ignored === undefined",
    mutant: "false",
    why: "If nothing is ignored, the other branch adds no header, and costs more."
  },
  {
    file: "http/src/Respond.ts",
    line: "} catch {",
    mutant: "{}",
    why: undefinedAnyway
  },
  {
    file: "http/src/client/Client.ts",
    line: "} catch {",
    mutant: "{}",
    why: undefinedAnyway
  },
  {
    file: "http/src/document/Api.ts",
    line: "Schema.makeFilter(() => true, {",
    mutant: "false",
    why: "The schema only describes a parameter: nothing is checked with it."
  },
  {
    file: "http/src/document/Api.ts",
    line: "if (first === undefined) throw new Error(",
    mutant: ";",
    why: "The type of the names of groups allows only groups that have an operation; the check is for the compiler."
  },
  {
    file: "http/src/document/DocumentSchemas.ts",
    line: 'const values = "enum" in rest && Array.isArray(rest.enum)',
    mutant: '"enum" in rest || Array.isArray(rest.enum)',
    why: "The enum of a schema is always an array; the check is for the compiler."
  },
  {
    file: "http/src/document/OpenApiDocument.ts",
    line: "if (texts === undefined) throw new Error(",
    mutant: ";",
    why: "Without the check, the next use of the missing texts throws while the module loads, too."
  },
  {
    file: "postgres/src/accounts/AccountsPostgres.ts",
    line: "if (!stored?.organisation) return",
    mutant: "stored.organisation",
    why: oneRow
  },
  {
    file: "postgres/src/accounts/Passwords.ts",
    line: "return false",
    mutant: "true",
    why: "Without a user, a log-in fails whatever this function returns."
  },
  {
    file: "postgres/src/accounts/Passwords.ts",
    line: "const [, ln, r, p, salt",
    mutant: '["Stryker was here"]',
    why: firstUnused
  },
  {
    file: "postgres/src/accounts/Passwords.ts",
    line: "const [, ln, r, p, salt",
    mutant: "/\\$scrypt\\$ln=(\\d+),r=(\\d+),p=(\\d+)\\$(.+)\\$(.+)$/",
    why: ownHash
  },
  {
    file: "postgres/src/accounts/Passwords.ts",
    line: "const [, ln, r, p, salt",
    mutant: "/^\\$scrypt\\$ln=(\\d+),r=(\\d+),p=(\\d+)\\$(.+)\\$(.+)/",
    why: ownHash
  },
  {
    file: "postgres/src/batching/Batcher.ts",
    line: "if (!queue?.delete(pending)) return false",
    mutant: "queue.delete",
    why: "Batcher.test.ts fails: a timer throws, outside of any test."
  },
  {
    file: "postgres/src/batching/Batcher.ts",
    line: "return Effect.forEach(batch, (pending) => runBatch([pending]), { discard: true })",
    mutant: "{}",
    why: discarded
  },
  {
    file: "postgres/src/batching/Batcher.ts",
    line: "return Effect.forEach(batch, (pending) => runBatch([pending]), { discard: true })",
    mutant: "false",
    why: discarded
  },
  {
    file: "postgres/src/host/ResultRows.ts",
    line: "if (names.every((name) => text.includes(name))) return rows",
    mutant: "false",
    why: equalRows
  },
  {
    file: "postgres/src/host/ResultRows.ts",
    line: "if (names.every((name) => text.includes(name))) return rows",
    mutant: "() => undefined",
    why: equalRows
  },
  {
    file: "postgres/src/log/AssignPositions.ts",
    line: "Effect.map(([row]) => row?.found === true)",
    mutant: "row.found",
    why: oneRow
  },
  {
    file: "postgres/src/log/EventsPostgres.ts",
    line: "if (first.position === null && first.released) {",
    mutant: "true",
    why: noPosition
  },
  {
    file: "postgres/src/log/EventsPostgres.ts",
    line: "} else if (first.position === null && first.skippable)",
    mutant: "true",
    why: noPosition
  },
  {
    file: "postgres/src/log/OpenSubscription.ts",
    line: "Effect.zipWith(transactionId, transactionId, ([one], [other]) => one?.id === other?.id)",
    mutant: "one.id",
    why: oneRow
  },
  {
    file: "postgres/src/log/OpenSubscription.ts",
    line: "Effect.zipWith(transactionId, transactionId, ([one], [other]) => one?.id === other?.id)",
    mutant: "other.id",
    why: oneRow
  },
  {
    file: "postgres/src/log/ParkedEvents.ts",
    line: "Effect.map(([row]) => Number(row?.count))",
    mutant: "row.count",
    why: oneRow
  },
  {
    file: "postgres/src/statements/Metrics.ts",
    line: "Metric.histogram(name, { ...options, boundaries:",
    mutant: "{}",
    why: madeOnce
  },
  {
    file: "postgres/src/statements/Metrics.ts",
    line: "Metric.histogram(name, { ...options, boundaries:",
    mutant: "[]",
    why: madeOnce
  },
  {
    file: "postgres/src/schema/Migrate.ts",
    line: "const applied = Number(rows[0]?.last)",
    mutant: "rows[0].last",
    why: oneRow
  },
  {
    file: "postgres/src/schema/Migrate.ts",
    line: "sql.unsafe(sqlOf(statement)), { discard: true }",
    mutant: "{}",
    why: discarded
  },
  {
    file: "postgres/src/schema/Migrate.ts",
    line: "sql.unsafe(sqlOf(statement)), { discard: true }",
    mutant: "false",
    why: discarded
  },
  {
    file: "postgres/src/schema/Migrations.ts",
    line: "const [, id, name",
    mutant: '["Stryker was here"]',
    why: firstUnused
  },
  {
    file: "postgres/src/communications/CommunicationRows.ts",
    line: "completed_by: row.completed_by === null ? null : hex(row.completed_by)",
    mutant: "false",
    why: "A constraint of the table requires the user of a completed communication; the check is for the compiler."
  },
  {
    file: "postgres/src/communications/CommunicationStatements.ts",
    line: "{increment}::bigint",
    mutant: "false",
    why: "Shares.integration.test.ts fails: creations that wait for locked numbers delay those of other organisations."
  },
  {
    file: "postgres/src/communications/CommunicationsPostgres.ts",
    line: "if (stored?.contact) return stored.added",
    mutant: "stored.contact",
    why: oneRow
  },
  {
    file: "postgres/src/communications/ContactRows.ts",
    line: "=== null ? null : JSON.parse(",
    mutant: "false",
    why: "JSON.parse returns null for null."
  },
  {
    file: "postgres/src/communications/StepSql.ts",
    line: "return Record.keys(memberTypes).filter((member) => member in set)",
    mutant: "Record.keys(memberTypes)",
    why: "The only step sets every member."
  },
  {
    file: "postgres/src/communications/StepSql.ts",
    line: "const hasKey = act.idempotency !== undefined",
    mutant: "act.idempotency === undefined",
    why: onlyDistinguishes
  },
  {
    file: "postgres/src/communications/StepSql.ts",
    line: "{expectedVersion !== null}",
    mutant: "expectedVersion === null",
    why: onlyDistinguishes
  },
  {
    file: "postgres/src/communications/StepSql.ts",
    line: 'literal(expectedVersion === null ? "" : ", versions integer[]")',
    mutant: "false",
    why: "A column of the requests that the statement does not use changes nothing."
  },
  {
    file: "postgres/src/communications/StepSql.ts",
    line: "texts.set(variant, text)",
    mutant: ";",
    why: "The text is made again at the next call."
  },
  {
    file: "postgres/src/communications/StepStatements.ts",
    line: "...(expectedVersion === null ? {} :",
    mutant: "false",
    why: "The statement of such requests does not read the versions."
  },
  {
    file: "postgres/src/communications/TakeStep.ts",
    line: "([result]) => result ?? { changed: false, row: undefined }",
    mutant: "{}",
    why: oneRequest
  },
  {
    file: "postgres/src/communications/TakeStep.ts",
    line: "([result]) => result ?? { changed: false, row: undefined }",
    mutant: "true",
    why: oneRequest
  }
]

/** The judgements of mutants in a file. */
export const judgementsIn = (file: string): ReadonlyArray<Judgement> =>
  judgements.filter((one) => file === `packages/${one.file}`)

/** Whether a judgement in the file of a mutant is about this mutant. */
export const isAbout =
  (line: string, code: string, mutant: string) =>
  (one: Judgement): boolean =>
    line.includes(one.line) && (one.code ?? code) === code && one.mutant === mutant
