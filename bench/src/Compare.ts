/** This software beside what else one would take: in rounds, in each of which everyone has its turn. */
import { Effect } from "effect"
import * as Database from "./Database.ts"
import type { Load } from "./Load.ts"
import type { Options } from "./Options.ts"
import * as Pgbench from "./Pgbench.ts"
import { advance, announce } from "./Progress.ts"
import { type Cost, measure } from "./Slot.ts"
import { median } from "./Statistics.ts"
import { baseline, install, reference, type Subject } from "./Subjects.ts"

/** What a subject cost under a load, once for each round. */
export interface Series {
  readonly subject: string
  readonly label: string
  readonly load: Load
  readonly costs: ReadonlyArray<Cost>
}

const organisations = 100

/** The subjects in the order of a round: each round begins with another one. */
const rotated = (subjects: ReadonlyArray<Subject>, round: number): ReadonlyArray<Subject> => {
  const first = round % subjects.length
  return [...subjects.slice(first), ...subjects.slice(0, first)]
}

/** Measures everyone, first as fast as they can, then all at the same rate. */
export const compare = Effect.fn(function* (options: Options) {
  const { rounds, seconds, quick } = options
  const hasPgbench = yield* Pgbench.isInstalled
  const subjects = options.subjects.filter(({ program }) => program !== undefined || hasPgbench)
  yield* install(subjects)
  const dataset = { communications: options.communications, completed: 0, organisations }
  const postgres = yield* Database.postgres
  yield* Database.template(postgres, "drafts", dataset)
  // As many requests for everyone: what a compiler of Node has seen, not for how long it waited for a processor.
  const warmUp: Load = { connections: 64, seconds: 5, requests: quick ? 1000 : 10_000 }
  const place = { postgres, template: "drafts", dataset, warmUp }

  announce("asking for the answers that all must give")
  const { answers } = yield* measure({ ...place, warmUp: { connections: 1, seconds: 1, requests: 10 } }, reference, [])

  const turns = rounds * subjects.length
  let done = 0
  const inRounds = Effect.fn(function* (loads: ReadonlyArray<Load>) {
    const costs = new Map(subjects.map(({ name }) => [name, loads.map((): Array<Cost> => [])]))
    for (let round = 0; round < rounds; round++) {
      for (const subject of rotated(subjects, round)) {
        announce(
          `round ${round + 1} of ${rounds}${loads[0]?.rate === undefined ? "" : `, ${loads[0].rate} a second`}: ${subject.label}`
        )
        const measured = yield* measure(place, subject, loads, answers)
        for (const [index, cost] of measured.costs.entries()) costs.get(subject.name)?.[index]?.push(cost)
        advance(++done, 2 * turns)
      }
    }
    return subjects.flatMap(({ name, label }) =>
      loads.map((load, index): Series => ({ subject: name, label, load, costs: costs.get(name)?.[index] ?? [] }))
    )
  })

  const closed = yield* inRounds(options.connections.map((connections) => ({ connections, seconds })))
  const slowest = Math.min(...closed.map(({ costs }) => median(costs.map(({ perSecond }) => perSecond))))
  const rate = Math.max(1, Math.floor(slowest / 2))
  const paced = yield* inRounds([{ connections: 256, seconds, rate }])
  return { dataset, rate, baseline: baseline.name, series: [...closed, ...paced] }
})

/** What a comparison found. */
export type Comparison = Effect.Success<ReturnType<typeof compare>>
