import { Effect } from "effect"

const clear = "\r\u001b[2K"
const write = (text: string) => Effect.sync(() => void process.stderr.write(text))

/**
 * Shows on standard error how far something has come: a bar on a terminal, elsewhere a line at every tenth. `say` prints
 * a line that the bar does not overwrite. The bar is gone when the scope closes.
 */
export const progress = (what: string, total: number) => {
  const isTerminal = process.stderr.isTTY === true
  const steps = isTerminal ? 100 : 10
  let reached = 0
  const shown = () =>
    isTerminal
      ? `${clear}${what} [${"#".repeat(Math.floor(reached / 4)).padEnd(25, ".")}] ${reached} %`
      : `${what}: ${reached * 10} %\n`
  const at = (done: number) =>
    Effect.suspend(() => {
      const step = Math.floor((done / total) * steps)
      if (!(step > reached)) return Effect.void
      reached = step
      return write(shown())
    })
  const say = (line: string) => write(isTerminal ? `${clear}${line}\n${shown()}` : `${line}\n`)
  return Effect.acquireRelease(Effect.as(isTerminal ? write(shown()) : Effect.void, { at, say }), () =>
    isTerminal ? write(clear) : Effect.void
  )
}
