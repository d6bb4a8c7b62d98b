import { dictionary } from "@zxcvbn-ts/language-common"
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

const common = new Set(dictionary["passwords-common"])

/** Completes the sentence "The password …" if a password is refused; the rules are those of NIST SP 800-63B. */
const refusal = (password: string): string | undefined => {
  const length = Array.from(password).length
  if (length === 0) return "is empty: type one, or send it as the first line of standard input"
  if (length < 8) return "is shorter than 8 characters: choose a longer one, such as a few words"
  if (length > 1000) return "is longer than 1,000 characters: choose a shorter one"
  if (common.has(password.toLowerCase())) return "is one of the most common ones: choose another, such as a few words"
}

/**
 * Reads a new password: on a terminal with two hidden prompts, otherwise from the first line of standard input. It fails
 * with a `CommandFailure` if the password is too short, too long or too common.
 */
export const newPassword = Effect.gen(function* () {
  const { stdinIsTerminal } = yield* Stdio.Stdio
  const password = yield* (yield* stdinIsTerminal) ? prompted : piped
  const reason = refusal(Redacted.value(password))
  if (reason !== undefined) return yield* new CommandFailure({ message: `The password ${reason}.` })
  return password
})
