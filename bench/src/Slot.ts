/** Measures one subject: a fresh copy of the database, a fresh process, a warm-up, then the loads. */
import { join } from "node:path"
import type { PostgresServer } from "@communications/test-support/PostgresServer"
import { Effect } from "effect"
import { completions, copyOf } from "./Database.ts"
import type { Dataset } from "./Dataset.ts"
import type { Assignment, Load, Measured } from "./Load.ts"
import * as Pgbench from "./Pgbench.ts"
import { memoryOf, outputOf, processorTimeOf, root, server } from "./Processes.ts"
import { compare, responsesOf, smokeCompletions } from "./Smoke.ts"
import type { Subject } from "./Subjects.ts"

/** A measured load; processor times of server and database are in µs per completion, the peak memory so far in MB. */
export interface Cost extends Measured {
  readonly serverTime: number
  readonly databaseTime: number
  readonly memory: number
}

/** The database and the warm-up of a measurement. */
export interface Place {
  readonly postgres: PostgresServer
  readonly dataset: Dataset
  readonly warmUp: Load
}

const generateLoad = (assignment: Assignment) =>
  Effect.map(
    outputOf(process.execPath, [join(root, "bench/src/generate-load.ts"), JSON.stringify(assignment)]),
    (printed): Measured => JSON.parse(printed)
  )

/** Measures a subject under each load; fails unless the tables have exactly as many completions as the server reported. */
export const measure = Effect.fn(function* (
  { postgres, dataset, warmUp }: Place,
  subject: Subject,
  loads: ReadonlyArray<Load>,
  expected?: ReadonlyArray<unknown>
) {
  const { program, env, checkout } = subject
  const database = yield* copyOf(postgres, dataset, checkout)
  const running = program && (yield* server(program, { ...env, DATABASE_URL: database }, checkout))
  const responses = running && (yield* responsesOf(running.url, dataset))
  if (responses !== undefined && expected !== undefined) yield* compare(subject.name, responses, expected)

  let next = dataset.completed + 1 + (running ? smokeCompletions : 0)
  let completed = running ? smokeCompletions : 0
  const under = Effect.fn(function* (load: Load) {
    if (next > dataset.communications) return yield* Effect.die(new Error("too few drafts: raise --communications"))
    const assignment = { ...load, url: running?.url ?? database, dataset, first: next }
    const times = () =>
      [running ? processorTimeOf(running.pid) : 0, processorTimeOf(postgres.process.pid ?? 0)] as const
    const [serverBefore, databaseBefore] = times()
    const measured = yield* running ? generateLoad(assignment) : Pgbench.run(assignment)
    const [serverAfter, databaseAfter] = times()
    next += measured.sent
    completed += measured.completed
    return {
      ...measured,
      serverTime: (serverAfter - serverBefore) / measured.completed,
      databaseTime: (databaseAfter - databaseBefore) / measured.completed,
      memory: running ? memoryOf(running.pid) : 0
    }
  })

  yield* under(warmUp)
  const costs: Array<Cost> = []
  for (const load of loads) costs.push(yield* under(load))
  for (const { table, completions: rows } of yield* completions(database, dataset)) {
    if (rows === completed) continue
    const message = `${subject.name} reported ${completed} completions, but ${table} has ${rows}`
    return yield* Effect.die(new Error(message))
  }
  return { responses: responses ?? [], costs }
}, Effect.scoped)
