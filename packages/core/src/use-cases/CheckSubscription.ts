import { Duration, Schema } from "effect"
import { checkDuration } from "../checkDuration.ts"
import type { SubscribedSteps } from "../domain/CommunicationEvent.ts"
import { NonEmptyText } from "../domain/Text.ts"
import type { Subscription } from "./Subscription.ts"

/** A subscription whose options are valid, with the default values. */
export interface CheckedSubscription<E, R> extends Subscription<E, R> {
  readonly steps: SubscribedSteps
  readonly from: "beginning" | "now"
  readonly attempts: number
  readonly every: Duration.Duration
  readonly lease: Duration.Duration
  readonly stopWithin: Duration.Duration
}

/** Throws a `TypeError` if the value is no function. */
export const checkFunction = (name: string, value: unknown): void => {
  if (typeof value !== "function") throw new TypeError(`${name} of a subscription must be a function`)
}

const checkOneOf = <const A extends string>(name: string, value: string, allowed: ReadonlyArray<A>) => {
  if (!allowed.some((one) => one === value)) {
    throw new TypeError(`${name} of a subscription must be ${allowed.map((one) => `"${one}"`).join(" or ")}`)
  }
}

const isName = Schema.is(NonEmptyText)

/** Fills in the defaults. Throws if an option is invalid, so that the mistake shows where the host made it. */
export const checkSubscription = <E, R>(given: Subscription<E, R>): CheckedSubscription<E, R> => {
  const { subscription, handler, onError, steps = "completions", from = "beginning", attempts = 10, ...times } = given
  const { every = "1 second", lease = "30 seconds", stopWithin = "10 seconds", ...others } = times
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new TypeError(`a subscription has no option ${unknown}`)
  if (!isName(subscription)) {
    throw new TypeError("the name of a subscription must be text without the character U+0000, and not empty")
  }
  checkFunction("handler", handler)
  if (onError !== undefined) checkFunction("onError", onError)
  checkOneOf("steps", steps, ["completions", "all"])
  checkOneOf("from", from, ["beginning", "now"])
  if (!(attempts >= 1 && (Number.isInteger(attempts) || attempts === Number.POSITIVE_INFINITY))) {
    throw new RangeError("attempts of a subscription must be a whole number of at least 1, or Infinity")
  }
  return {
    ...{ subscription, handler, onError, steps, from, attempts },
    every: checkDuration("every", every),
    lease: checkDuration("lease", lease),
    stopWithin: checkDuration("stopWithin", stopWithin, Duration.zero)
  }
}
