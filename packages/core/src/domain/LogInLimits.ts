import { Duration } from "effect"

/** A limit on attempts: `burst` at once, then one more per `every`. */
export interface Limit {
  readonly key: string
  readonly burst: number
  readonly every: Duration.Duration
}

/**
 * Takes an attempt from the bucket of a limit, in milliseconds: when the bucket is full again then, and how long the attempt
 * has to wait. A wait of 0 or less is none.
 */
export const takeFromBucket = (
  fullAt: number | undefined,
  now: number,
  { burst, every }: Pick<Limit, "burst" | "every">
): { readonly full: number; readonly wait: number } => {
  const interval = Duration.toMillis(every)
  const full = Math.max(fullAt ?? now, now) + interval
  return { full, wait: full - now - burst * interval }
}

/** An attempt to log in. `address` is the network address of the client, or `null` if it is unknown. */
export interface LogInAttempt {
  readonly organisation: string
  readonly username: string
  readonly address: string | null
}

const groupsOf = (part: string): ReadonlyArray<string> => (part === "" ? [] : part.split(":"))

/**
 * The network of an address, in one spelling. For IPv4 it is the address itself. For IPv6 it is the first 64 bits,
 * because a provider assigns all addresses that share these bits to one customer.
 */
export const networkOf = (address: string): string => {
  if (!address.includes(":") || address.includes(".")) return address.replace(/^::ffff:/i, "")
  const [head = "", tail = ""] = address.split("::")
  const [before, after] = [groupsOf(head), groupsOf(tail)]
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0")
  const first = [...before, ...zeros, ...after].slice(0, 4)
  return first.map((group) => Number.parseInt(group, 16).toString(16)).join(":")
}

/**
 * The limits on failed log-ins, in the order in which they are checked (decision 12). The first one stops an attacker.
 * It counts one user from one network, so that the user can still log in from elsewhere. If many networks attack, the
 * user waits a few seconds.
 */
export const logInLimits = ({ organisation, username, address }: LogInAttempt): ReadonlyArray<Limit> => {
  const user = JSON.stringify([organisation, username])
  const userLimit = { key: `user ${user}`, burst: 50, every: Duration.seconds(2) }
  if (address === null) return [userLimit]
  const network = networkOf(address)
  return [
    { key: `user ${user} from ${network}`, burst: 5, every: Duration.seconds(30) },
    { key: `from ${network}`, burst: 30, every: Duration.seconds(10) },
    userLimit
  ]
}
