import { Context, type Effect } from "effect"
import type { StorageUnavailable } from "../domain/errors/index.ts"

/** Reports whether requests can be served. */
export class Readiness extends Context.Service<
  Readiness,
  {
    /** Succeeds if the storage responds; fails within a bounded time. */
    readonly check: Effect.Effect<void, StorageUnavailable>
  }
>()("@communications/core/Readiness") {}
