import { Console, Effect } from "effect"

const clear = "\r\u001b[2K"
const write = (text: string) => Effect.sync(() => void process.stderr.write(text))

/**
 * Shows a bar on standard error if it is a terminal, and `total` is not 0, and so unknown. `at` updates it. `say` prints a line that
 * the bar does not overwrite. The bar disappears when the scope closes.
 */
export const progress = (title: string, total: number) => {
  const isTerminal = process.stderr.isTTY === true && total > 0
  let reached = 0
  const rendered = () => `${clear}${title} [${"#".repeat(Math.floor(reached / 4)).padEnd(25, ".")}] ${reached} %`
  const at = (done: number) =>
    Effect.suspend(() => {
      const percent = Math.floor((done / total) * 100)
      if (!isTerminal || percent <= reached) return Effect.void
      reached = percent
      return write(rendered())
    })
  const say = (line: string) =>
    isTerminal ? Effect.andThen(Console.error(`${clear}${line}`), write(rendered())) : Console.error(line)
  return Effect.acquireRelease(Effect.as(isTerminal ? write(rendered()) : Effect.void, { at, say }), () =>
    isTerminal ? write(clear) : Effect.void
  )
}
