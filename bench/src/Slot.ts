/** One measurement of one subject: a fresh copy of the database, a fresh process, a warm-up, then the loads. */
import { join } from "node:path"
import { Effect } from "effect"
import type { PostgresServer } from "../../test/PostgresServer.ts"
import { completions, copyOf } from "./Database.ts"
import type { Dataset } from "./Dataset.ts"
import type { Assignment, Load, Measured } from "./Load.ts"
import * as Pgbench from "./Pgbench.ts"
import { memoryOf, outputOf, processorTimeOf, root, server } from "./Processes.ts"
import { answersOf, compare, questioned } from "./Smoke.ts"
import type { Subject } from "./Subjects.ts"

/** What a load came to, what a request cost the server and the database in µs of processor time, and the most memory up to then, in MB. */
export interface Cost extends Measured {
  readonly serverTime: number
  readonly databaseTime: number
  readonly memory: number
}

/** Where the measuring takes place. */
export interface Place {
  readonly postgres: PostgresServer
  readonly template: string
  readonly dataset: Dataset
  readonly warmUp: Load
}

const generateLoad = (assignment: Assignment) =>
  Effect.map(
    outputOf(process.execPath, [join(root, "bench/src/generate-load.ts"), JSON.stringify(assignment)]),
    (printed): Measured => JSON.parse(printed)
  )

/** Measures a subject under each of the loads, and fails unless each answer is written in the database, and no other. */
export const measure = Effect.fn(function* (
  { postgres, template, dataset, warmUp }: Place,
  subject: Subject,
  loads: ReadonlyArray<Load>,
  expected?: ReadonlyArray<unknown>
) {
  const database = yield* copyOf(postgres, template)
  const { program } = subject
  const running = program && (yield* server(program, { ...subject.env, DATABASE_URL: database }))
  const answers = running && (yield* answersOf(running.url, dataset))
  if (answers !== undefined && expected !== undefined) yield* compare(subject.name, answers, expected)

  let next = dataset.completed + 1 + (running ? questioned : 0)
  let completed = dataset.completed + (running ? questioned : 0)
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
  const written = yield* completions(database)
  for (const [table, rows] of Object.entries(written)) {
    if (rows === completed) continue
    const message = `${subject.name} told of ${completed} completions, ${table} has ${rows}`
    return yield* Effect.die(new Error(message))
  }
  return { answers: answers ?? [], costs }
}, Effect.scoped)
