/** The command `npm run bench`; Options.ts has its options. */
import { NodeRuntime } from "@effect/platform-node"
import { Effect, type Scope } from "effect"
import { compare } from "./Compare.ts"
import { svg, text, unexpectedIn } from "./ComparisonReport.ts"
import { growth } from "./Growth.ts"
import { ladder } from "./Ladder.ts"
import { type Options, optionsOf, Usage, usage } from "./Options.ts"
import { type Findings, report } from "./Report.ts"
import { start } from "./Start.ts"

const findingsOf = (options: Options): Effect.Effect<Findings, unknown, Scope.Scope> => {
  switch (options.command) {
    case "compare":
      return Effect.map(compare(options), (comparison) => ({
        text: text(comparison),
        svg: svg(comparison),
        unexpected: comparison.series.reduce((sum, series) => sum + unexpectedIn(series), 0),
        data: comparison
      }))
    case "ladder":
      return ladder(options)
    case "growth":
      return growth(options)
    case "start":
      return start(options)
  }
}

const run = Effect.fn(function* (options: Options) {
  const findings = yield* Effect.scoped(findingsOf(options))
  const subjects = options.subjects.map(({ name, label, env }) => ({ name, label, env }))
  const data = { options: { ...options, subjects }, ...findings.data }
  report(options.quick ? `quick-${options.command}` : options.command, { ...findings, data })
  if (findings.unexpected) return yield* Effect.die(new Error(`${findings.unexpected} responses were unexpected`))
})

try {
  const options = optionsOf(process.argv.slice(2))
  if (options === undefined) console.log(usage)
  else NodeRuntime.runMain(run(options))
} catch (error) {
  if (!(error instanceof Usage)) throw error
  console.error(error.message)
  process.exitCode = 2
}
