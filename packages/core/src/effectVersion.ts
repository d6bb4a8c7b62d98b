/**
 * Checks the installed `effect` when a package is imported: a wrong one would only fail later, inside an operation
 * (decision 1).
 */
import * as effect from "effect"

const needed = "4.1.0"

// The version itself proves nothing: a host can override it, and versions before 4.0.2 do not export it.
const isSuitable = typeof effect.Semaphore.takeScoped === "function"

if (!isSuitable) {
  const found = effect.Version?.getCurrentVersion() ?? "an older version"
  throw new Error(`@communications/core needs effect ${needed} or newer, found ${found}: install effect@^${needed}`)
}

/**
 * Throws if a package loads another copy of `effect` than the core does; `read` is its `Redacted.value`. Each copy can
 * read only the tokens that it has made.
 */
export const requireSameEffect = (name: string, read: typeof effect.Redacted.value): void => {
  if (read === effect.Redacted.value) return
  throw new Error(
    `${name} and @communications/core load two copies of effect: find them with "npm ls effect", and install only effect@^${needed}`
  )
}
