import { open, stat } from "node:fs/promises"
import type { ContactInformationId } from "@communications/core"
import { Effect, Option, Predicate } from "effect"
import { Flag } from "effect/cli"
import { CommandFailure } from "./CommandFailure.ts"
import { quoted } from "./OnDatabase.ts"

/** The flag `--ids`. */
export const idsFlag = Flag.String("ids").pipe(
  Flag.withMetavar("FILE"),
  Flag.withDescription("A file to write: for each contact a JSON object with its line and its id"),
  Flag.optional
)

const isSameFile = async (one: string, other: string): Promise<boolean> => {
  const [left, right] = await Promise.all([one, other].map((path) => stat(path).catch(() => undefined)))
  return left !== undefined && left.dev === right?.dev && left.ino === right.ino
}

/**
 * Makes the function that writes the id of a line. Without a file it does nothing. An existing file is replaced, unless it
 * is the one that is imported.
 */
export const idsWriter = Effect.fnUntraced(function* (ids: Option.Option<string>, imported: string) {
  if (Option.isNone(ids)) return () => Effect.void
  const path = ids.value
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.tryPromise({
      try: run,
      catch: (error) => {
        const code = Predicate.hasProperty(error, "code") ? String(error.code) : String(error)
        return new CommandFailure({
          message: `The file ${quoted(path)} cannot be written (${code}): pass another one, and run the command again.`
        })
      }
    })
  if (yield* attempt(() => isSameFile(imported, path))) {
    return yield* new CommandFailure({ message: "--ids names the file to import: pass another file for the ids." })
  }
  const file = yield* Effect.acquireRelease(
    attempt(() => open(path, "w")),
    (file) => Effect.promise(() => file.close())
  )
  return (line: number, id: ContactInformationId) => attempt(() => file.write(`${JSON.stringify({ line, id })}\n`))
})
