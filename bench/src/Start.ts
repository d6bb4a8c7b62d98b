/** How soon a server answers: from its start on, after a rest, and to one who asks alone. */
import { Effect } from "effect"
import * as Database from "./Database.ts"
import { completing } from "./Dataset.ts"
import type { Options } from "./Options.ts"
import { memoryOf, server } from "./Processes.ts"
import { advance, announce } from "./Progress.ts"
import { table } from "./Report.ts"
import { median, readable, spread } from "./Statistics.ts"
import { install } from "./Subjects.ts"

/** Times in milliseconds: from the start to the first answer, after a rest, and to others one after the other. */
interface Times {
  readonly start: number
  readonly rested: number
  readonly alone: number
  readonly memory: number
}

const dataset = { communications: 10_000, completed: 0, organisations: 100 }
const rest = "5 seconds"
const inARow = 300

/** Completes the draft of that number, and says how long that took. */
const ask = (url: string, number: number) =>
  Effect.promise(async () => {
    const began = performance.now()
    const response = await fetch(`${url}/crmapi/rest/v2/communications/complete`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: completing(dataset, number)
    })
    await response.arrayBuffer()
    if (response.status !== 200) throw new Error(`draft ${number} is not completed: ${response.status}`)
    return performance.now() - began
  })

/** Starts everyone once in each round. */
export const start = Effect.fn(function* (options: Options) {
  const { rounds } = options
  const subjects = options.subjects.flatMap(({ program, ...subject }) =>
    program === undefined ? [] : [{ ...subject, program }]
  )
  yield* install(subjects)
  const postgres = yield* Database.postgres
  yield* Database.template(postgres, "drafts", dataset)
  const taken = subjects.map((): Array<Times> => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, { label, program, env }] of subjects.entries()) {
      announce(`round ${round + 1} of ${rounds}: ${label}`)
      const times = Effect.gen(function* () {
        const database = yield* Database.copyOf(postgres, "drafts")
        const began = performance.now()
        const { url, pid } = yield* server(program, { ...env, DATABASE_URL: database })
        yield* ask(url, 1)
        const start = performance.now() - began
        const others = yield* Effect.forEach(
          Array.from({ length: inARow }, (_, other) => other + 2),
          (number) => ask(url, number)
        )
        yield* Effect.sleep(rest)
        const rested = yield* ask(url, inARow + 2)
        // The first ones wait for what Node has yet to compile.
        return { start, rested, alone: median(others.slice(inARow / 2)), memory: memoryOf(pid) }
      })
      taken[index]?.push(yield* Effect.scoped(times))
      advance(round * subjects.length + index + 1, rounds * subjects.length)
    }
  }
  const rows = subjects.map(({ label }, index) => {
    const of = (value: (times: Times) => number) => {
      const { least, median, greatest } = spread((taken[index] ?? []).map(value))
      return `${readable(median)} (${readable(least)}–${readable(greatest)})`
    }
    return [
      label,
      of(({ start }) => start),
      of(({ rested }) => rested),
      of(({ alone }) => alone),
      of(({ memory }) => memory)
    ]
  })
  return {
    text: table(["", "start to first answer ms", `after ${rest} ms`, "one after the other ms", "peak MB"], rows),
    data: { options, subjects: subjects.map(({ name }, index) => ({ name, rounds: taken[index] })) }
  }
})
