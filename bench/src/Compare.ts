/** Compares this software with its alternatives, in rounds: each round measures every subject once. */
import { Effect } from "effect"
import * as Database from "./Database.ts"
import type { Dataset } from "./Dataset.ts"
import type { Load } from "./Load.ts"
import type { Options } from "./Options.ts"
import * as Pgbench from "./Pgbench.ts"
import { advance, announce } from "./Progress.ts"
import { rotated } from "./Rounds.ts"
import { type Cost, measure } from "./Slot.ts"
import { median } from "./Statistics.ts"
import { baseline, checkoutsOf, install, reference, type Subject } from "./Subjects.ts"

/** The costs of a subject under a load, one per round. */
export interface Series {
  readonly subject: string
  readonly label: string
  readonly organisations: number
  readonly load: Load
  readonly costs: ReadonlyArray<Cost>
}

/** A dataset, and the subjects measured on it. */
interface Setting {
  readonly dataset: Dataset
  readonly subjects: ReadonlyArray<Subject>
}

/** All subjects on the first dataset; only the baseline, this software and its other version on the others. */
const settingsOf = (options: Options, subjects: ReadonlyArray<Subject>): ReadonlyArray<Setting> =>
  options.organisations.map((organisations, index) => ({
    dataset: { communications: options.communications, completed: 0, organisations },
    subjects: subjects.filter(({ name }) => index === 0 || [baseline.name, reference.name, "other"].includes(name))
  }))

/** The datasets and subjects in the order of a round. */
const turnsIn = (settings: ReadonlyArray<Setting>, round: number) =>
  settings.flatMap(({ dataset, subjects }) => rotated(subjects, round).map((subject) => ({ dataset, subject })))

/** Measures each subject at full speed, then at half of the baseline's speed, or half of its own if that is less. */
export const compare = Effect.fn(function* (options: Options) {
  const { rounds, seconds, quick } = options
  const hasPgbench = yield* Pgbench.isInstalled
  const subjects = options.subjects.filter(({ program }) => program !== undefined || hasPgbench)
  const settings = settingsOf(options, subjects)
  yield* install(subjects)
  const postgres = yield* Database.postgres
  for (const { dataset } of settings) {
    for (const checkout of checkoutsOf(subjects)) yield* Database.template(postgres, dataset, checkout)
  }
  // The same number of requests for each subject, because Node compiles code that has run often.
  const warmUp: Load = { connections: 64, seconds: quick ? 5 : 7, requests: quick ? 1000 : 20_000 }

  announce("asking this software for the expected responses")
  const expected = new Map<Dataset, ReadonlyArray<unknown>>()
  for (const { dataset } of settings) {
    const place = { postgres, dataset, warmUp: { connections: 1, seconds: 1, requests: 10 } }
    expected.set(dataset, (yield* measure(place, reference, [])).responses)
  }

  let done = 0
  const inRounds = Effect.fn(function* (
    title: string,
    loadsOf: (turn: Pick<Series, "subject" | "organisations">) => ReadonlyArray<Load>
  ) {
    const all = turnsIn(settings, 0).flatMap(({ dataset, subject: { name, label } }) => {
      const turn = { subject: name, label, organisations: dataset.organisations }
      return loadsOf(turn).map((load) => {
        const costs: Array<Cost> = []
        return { ...turn, load, costs }
      })
    })
    for (let round = 0; round < rounds; round++) {
      const turns = turnsIn(settings, round)
      for (const { dataset, subject } of turns) {
        const { organisations } = dataset
        announce(`round ${round + 1} of ${rounds}${title}, organisations ${organisations}: ${subject.label}`)
        const own = all.filter((series) => series.subject === subject.name && series.organisations === organisations)
        // The loads alternate, so that no load is always the first one of a process.
        const ordered = round % 2 === 0 ? own : own.toReversed()
        const loads = ordered.map(({ load }) => load)
        const { costs } = yield* measure({ postgres, dataset, warmUp }, subject, loads, expected.get(dataset))
        for (const [index, cost] of costs.entries()) ordered[index]?.costs.push(cost)
        advance(++done, 2 * rounds * turns.length)
      }
    }
    const series: ReadonlyArray<Series> = all
    return series
  })

  const closed = yield* inRounds("", () => options.connections.map((connections): Load => ({ connections, seconds })))
  const fastest = (name: string, organisations: number): number => {
    const own = closed.filter((series) => series.subject === name && series.organisations === organisations)
    return Math.max(...own.map(({ costs }) => median(costs.map(({ perSecond }) => perSecond))))
  }
  const paced = yield* inRounds(", at a fixed rate", ({ subject, organisations }) => {
    const speed = Math.min(fastest(subject, organisations), fastest(baseline.name, organisations))
    return [{ connections: 256, seconds, rate: Math.max(1, Math.floor(speed / 2)) }]
  })
  return {
    communications: options.communications,
    baseline: baseline.name,
    other: subjects.find(({ name }) => name === "other")?.label,
    series: [...closed, ...paced]
  }
})

/** The result of a comparison. */
export type Comparison = Effect.Success<ReturnType<typeof compare>>
