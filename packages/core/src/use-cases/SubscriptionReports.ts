import { type Cause, Effect } from "effect"
import type { CommunicationEvent } from "../domain/CommunicationEvent.ts"
import type { HandlerFailure, ReadFailure, Subscription } from "./Subscription.ts"

/** Makes the functions that log what happens to a subscription, and report its failures. */
export const makeReports = <E, R>({ subscription, onError }: Subscription<E, R>) => {
  /** Logs; a logger that throws does not end the subscription. */
  const log = (line: Effect.Effect<void>, event?: CommunicationEvent) =>
    Effect.catchCause(
      Effect.annotateLogs(line, event ? { subscription, event: event.id } : { subscription }),
      () => Effect.void
    )

  /** Calls `onError`, or logs a warning if there is none. */
  const report = (
    problem: string,
    cause: Cause.Cause<E | ReadFailure>,
    event?: CommunicationEvent,
    failure?: HandlerFailure
  ) =>
    onError === undefined
      ? log(Effect.logWarning(problem, cause), event)
      : Effect.catchCause(
          Effect.suspend(() => onError(cause, event, failure)),
          (cause) => log(Effect.logWarning("onError failed", cause), event)
        )

  return { log, report }
}
