/** A process of racers: its parent sends a kind to open, races to run, and `null` to close. */
import { type Kind, openRacers, type Race, type Racers } from "./racers.ts"

let racers: Racers | undefined
process.on("message", async (text: string) => {
  const message: Kind | Race | null = JSON.parse(text)
  if (message === null) {
    await racers?.close()
    process.send?.(null)
  } else if ("requests" in message) process.send?.(await racers?.run(message))
  else {
    racers = openRacers(String(process.env.DATABASE_URL), message)
    process.send?.(null)
  }
})
