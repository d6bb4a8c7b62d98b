import { Context, type Effect } from "effect"
import type { StorageUnavailable } from "../domain/errors/index.ts"

/** Whether requests can be served now. */
export class Readiness extends Context.Service<
  Readiness,
  {
    /** Succeeds when the storage answers, within a bounded time. */
    readonly check: Effect.Effect<void, StorageUnavailable>
  }
>()("@communications/core/Readiness") {}
