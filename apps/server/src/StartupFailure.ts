import { Data, Runtime } from "effect"

/** Why the server did not start, in one sentence that says what to do about it; the process then ends with code 1. */
export class StartupFailure extends Data.TaggedError("StartupFailure")<{ readonly message: string }> {
  override readonly [Runtime.errorReported] = false
}
