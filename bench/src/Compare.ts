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

/** Measures everyone, first as fast as they can, then at half of the baseline's speed, or of their own where that is less. */
export const compare = Effect.fn(function* (options: Options) {
  const { rounds, seconds, quick } = options
  const hasPgbench = yield* Pgbench.isInstalled
  const subjects = options.subjects.filter(({ program }) => program !== undefined || hasPgbench)
  yield* install(subjects)
  const dataset = { communications: options.communications, completed: 0, organisations }
  const postgres = yield* Database.postgres
  yield* Database.template(postgres, "drafts", dataset)
  // As many requests for everyone: what a compiler of Node has seen, not for how long it waited for a processor.
  const warmUp: Load = { connections: 64, seconds: quick ? 5 : 7, requests: quick ? 1000 : 20_000 }
  const place = { postgres, template: "drafts", dataset, warmUp }

  announce("asking for the answers that all must give")
  const { answers } = yield* measure({ ...place, warmUp: { connections: 1, seconds: 1, requests: 10 } }, reference, [])

  const turns = rounds * subjects.length
  let done = 0
  const inRounds = Effect.fn(function* (title: string, loadsOf: (subject: Subject) => ReadonlyArray<Load>) {
    const all = subjects.flatMap((subject) =>
      loadsOf(subject).map((load) => {
        const costs: Array<Cost> = []
        return { subject, load, costs }
      })
    )
    for (let round = 0; round < rounds; round++) {
      for (const subject of rotated(subjects, round)) {
        announce(`round ${round + 1} of ${rounds}${title}: ${subject.label}`)
        const own = all.filter((series) => series.subject === subject)
        // In turns, so that neither is always the first that a process sees.
        const ordered = round % 2 === 0 ? own : own.toReversed()
        const loads = ordered.map(({ load }) => load)
        const { costs } = yield* measure(place, subject, loads, answers)
        for (const [index, cost] of costs.entries()) ordered[index]?.costs.push(cost)
        advance(++done, 2 * turns)
      }
    }
    return all.map(({ subject: { name, label }, load, costs }): Series => ({ subject: name, label, load, costs }))
  })

  const loads = options.connections.map((connections): Load => ({ connections, seconds }))
  const closed = yield* inRounds("", () => loads)
  const fastest = ({ name }: Subject): number => {
    const own = closed.filter(({ subject }) => subject === name)
    return Math.max(...own.map(({ costs }) => median(costs.map(({ perSecond }) => perSecond))))
  }
  const rateOf = (subject: Subject) => Math.max(1, Math.floor(Math.min(fastest(subject), fastest(baseline)) / 2))
  const paced = yield* inRounds(", at a fixed rate", (subject) => [
    { connections: 256, seconds, rate: rateOf(subject) }
  ])
  return { dataset, baseline: baseline.name, series: [...closed, ...paced] }
})

/** What a comparison found. */
export type Comparison = Effect.Success<ReturnType<typeof compare>>
