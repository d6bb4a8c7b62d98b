import { Data, Runtime } from "effect"

/** The server cannot start. The message is one sentence with the reason and a remedy; the process exits with code 1. */
export class StartupFailure extends Data.TaggedError("StartupFailure")<{ readonly message: string }> {
  override readonly [Runtime.errorReported] = false
}
