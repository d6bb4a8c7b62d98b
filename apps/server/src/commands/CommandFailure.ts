import { Data, Runtime } from "effect"

/** Why a command did not do what it was asked to, in one sentence that says what to do next; it ends with code 1. */
export class CommandFailure extends Data.TaggedError("CommandFailure")<{ readonly message: string }> {
  override readonly [Runtime.errorReported] = false
}
