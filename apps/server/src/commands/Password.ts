import { Effect, Redacted, Stdio, Stream } from "effect"
import { Prompt } from "effect/cli"
import { CommandFailure } from "./CommandFailure.ts"

const prompted = Effect.gen(function* () {
  const password = yield* Prompt.Hidden({ message: "Password (hidden)" })
  const again = yield* Prompt.Hidden({ message: "Repeat the password" })
  if (Redacted.value(password) === Redacted.value(again)) return password
  return yield* new CommandFailure({ message: "The two passwords differ: run the command again." })
})

const piped = Effect.gen(function* () {
  const { stdin } = yield* Stdio.Stdio
  const bytes = Buffer.concat(yield* Effect.orDie(Stream.runCollect(stdin)))
  const [line = ""] = yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes).split(/\r?\n/, 1),
    catch: () => new CommandFailure({ message: "The password is not UTF-8: send it in UTF-8 on standard input." })
  })
  return Redacted.make(line)
})

/** Reads a new password: on a terminal with two hidden prompts, otherwise from the first line of standard input. */
export const newPassword = Effect.gen(function* () {
  const { stdinIsTerminal } = yield* Stdio.Stdio
  const password = yield* (yield* stdinIsTerminal) ? prompted : piped
  if (Redacted.value(password).length > 1000) {
    return yield* new CommandFailure({ message: "The password is longer than 1,000 characters: choose a shorter one." })
  }
  if (Redacted.value(password) !== "") return password
  return yield* new CommandFailure({
    message: "The password is empty: type one, or send it as the first line of standard input."
  })
})
