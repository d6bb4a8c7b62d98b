/** What promises reject with: an `Error` whose stack has the lines of the host that awaited the promise. */

/** The stack of the caller, without the line of the message. */
const callerLines = (): string => String(new Error().stack).replace(/.*/, "")

/** Replaces the stack of a refusal: where the library created it does not help a host. */
export const withCallerStack = <E>(refusal: E): E => {
  if (!(refusal instanceof Error)) return refusal
  return Object.assign(refusal, { stack: String(refusal) + callerLines() })
}

/** The stacks of defects before the caller's lines were appended: ports that fail to start reject every call alike. */
const stacks = new WeakMap<Error, string>()

/**
 * The `Error` of a defect, with the caller's lines appended to its stack: to find a bug, both parts are needed. Call it
 * after an `await`, or the stack ends in the library.
 */
export const asError = (defect: unknown): Error => {
  if (!(defect instanceof Error)) return new Error(String(defect), { cause: defect })
  const stack = stacks.get(defect) ?? String(defect.stack)
  stacks.set(defect, stack)
  Object.assign(defect, { stack: stack + callerLines() })
  const tag = "_tag" in defect ? { _tag: defect._tag } : {}
  // Without it, the JSON of an `Error` is `{}`, and that of others has data and causes, which may contain addresses.
  return Object.defineProperty(defect, "toJSON", {
    value: () => ({ ...tag, name: defect.name, message: defect.message }),
    configurable: true
  })
}
