/** Tells how far the bench is: on a terminal by one line that changes, elsewhere by plain lines. */
const start = performance.now()
const isTerminal = process.stderr.isTTY

const clock = (): string => {
  const seconds = Math.round((performance.now() - start) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

let share = 0

/** Says what is done now. */
export const announce = (doing: string): void => {
  const line = `${clock()} ${String(Math.floor(share * 100)).padStart(3)} % ${doing}`
  process.stderr.write(isTerminal ? `\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${line}\n`)
}

/** Notes what share of the whole is done, from 0 to 1. */
export const advance = (done: number, of: number): void => {
  share = of === 0 ? 1 : done / of
}

/** Ends the line, before something else is printed. */
export const finish = (): void => {
  if (isTerminal) process.stderr.write("\r\x1b[2K")
}
