/** The progress of the bench: one changing line on a terminal, separate lines elsewhere. */
const start = performance.now()
const isTerminal = process.stderr.isTTY

const clock = (): string => {
  const seconds = Math.round((performance.now() - start) / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
}

let share = 0

/** Prints the current activity. */
export const announce = (activity: string): void => {
  const line = `${clock()} ${String(Math.floor(share * 100)).padStart(3)} % ${activity}`
  process.stderr.write(isTerminal ? `\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${line}\n`)
}

/** Sets the progress: how many turns are done, of how many in total. */
export const advance = (done: number, total: number): void => {
  share = total === 0 ? 1 : done / total
}

/** Clears the progress line before other output. */
export const finish = (): void => {
  if (isTerminal) process.stderr.write("\r\x1b[2K")
}
