import { Effect } from "effect"

const clear = "\r\u001b[2K"
const write = (text: string) => Effect.sync(() => void process.stderr.write(text))

/**
 * Prints progress on standard error: a bar on a terminal, otherwise a line for every 10 %; nothing if `total` is 0, and so
 * unknown. `at` updates it. `say` prints a line that the bar does not overwrite. The bar disappears when the scope closes.
 */
export const progress = (title: string, total: number) => {
  const isTerminal = process.stderr.isTTY === true && total > 0
  const steps = isTerminal ? 100 : 10
  let reached = 0
  const rendered = () =>
    isTerminal
      ? `${clear}${title} [${"#".repeat(Math.floor(reached / 4)).padEnd(25, ".")}] ${reached} %`
      : `${title}: ${reached * 10} %\n`
  const at = (done: number) =>
    Effect.suspend(() => {
      const step = Math.floor((done / total) * steps)
      if (total === 0 || step <= reached) return Effect.void
      reached = step
      return write(rendered())
    })
  const say = (line: string) => write(isTerminal ? `${clear}${line}\n${rendered()}` : `${line}\n`)
  return Effect.acquireRelease(Effect.as(isTerminal ? write(rendered()) : Effect.void, { at, say }), () =>
    isTerminal ? write(clear) : Effect.void
  )
}
