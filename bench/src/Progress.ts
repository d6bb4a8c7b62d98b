/** The progress of the bench: one line that changes on a terminal, plain lines elsewhere. */
const start = performance.now()
const isTerminal = process.stderr.isTTY

const clock = (): string => {
  const seconds = Math.round((performance.now() - start) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

let share = 0

/** Prints the current activity. */
export const announce = (doing: string): void => {
  const line = `${clock()} ${String(Math.floor(share * 100)).padStart(3)} % ${doing}`
  process.stderr.write(isTerminal ? `\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${line}\n`)
}

/** Sets how many of all turns are done. */
export const advance = (done: number, of: number): void => {
  share = of === 0 ? 1 : done / of
}

/** Clears the line, before other output. */
export const finish = (): void => {
  if (isTerminal) process.stderr.write("\r\x1b[2K")
}
