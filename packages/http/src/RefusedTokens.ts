/** Slows a flood of invalid tokens down, so that it does not take the time of the server from other requests. */
import { networkOf, takeFromBucket } from "@communications/core"
import { Clock, Duration, Effect } from "effect"

/** The refusals that a network gets without delay. */
const limit = { burst: 100, every: Duration.millis(10) }

/** The longest delay, in milliseconds. */
const longest = 5_000

/** When the burst of each network is full again, in milliseconds since the epoch; the oldest change is first. */
type FullAt = Map<string, number>

/** Removes up to two networks whose burst is full. Each refusal adds at most one, so that few remain. */
const prune = (fullAt: FullAt, now: number): void => {
  const [first, second] = fullAt
  for (const oldest of [first, second]) if (oldest !== undefined && oldest[1] <= now) fullAt.delete(oldest[0])
}

/**
 * Makes an effect that waits before the refusal of an invalid token is sent, if its network has received many. It does not
 * delay valid tokens, which other clients behind the same address may have: only after the look-up it is known which
 * tokens are invalid. The rate of look-ups is limited with that of refusals, because a client waits for a response before
 * its next request.
 */
export const makeRefusalDelay =
  (fullAt: FullAt = new Map()) =>
  (address: string | null): Effect.Effect<void> =>
    address === null
      ? Effect.void
      : Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const network = networkOf(address)
          const { full, wait } = takeFromBucket(fullAt.get(network), now, limit)
          const delay = Math.min(wait, longest)
          prune(fullAt, now)
          fullAt.delete(network)
          fullAt.set(network, full - wait + delay)
          return delay > 0 ? Effect.sleep(delay) : Effect.void
        })
