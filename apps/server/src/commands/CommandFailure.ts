import { Data, Runtime } from "effect"

/** A command failed. The message is one sentence with the reason and a remedy; the process exits with code 1. */
export class CommandFailure extends Data.TaggedError("CommandFailure")<{ readonly message: string }> {
  override readonly [Runtime.errorReported] = false
}
