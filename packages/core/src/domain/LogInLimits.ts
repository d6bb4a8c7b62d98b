import { Duration } from "effect"

/** How often something may be tried: `burst` times at once, and once more whenever `every` has passed. */
export interface Limit {
  readonly key: string
  readonly burst: number
  readonly every: Duration.Duration
}

/** Who tries to log in, and from where; `address` is `null` where it is not known. */
export interface LogInAttempt {
  readonly organisation: string
  readonly username: string
  readonly address: string | null
}

/**
 * The network of an address, however it is written: itself in IPv4, and its first 64 bits in IPv6, where one subscriber
 * has them all.
 */
const networkOf = (address: string): string => {
  if (!address.includes(":") || address.includes(".")) return address.replace(/^::ffff:/i, "")
  const [head = "", tail] = address.split("::")
  const groups = head === "" ? [] : head.split(":")
  const behind = tail === undefined || tail === "" ? [] : tail.split(":")
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - behind.length) }, () => "0")
  const first = [...groups, ...(tail === undefined ? [] : zeros), ...behind].slice(0, 4)
  return first.map((group) => Number.parseInt(group, 16).toString(16)).join(":")
}

/**
 * The limits on failed log-ins, in the order in which they are asked. A stranger is stopped by the first one, which
 * counts for the address alone: the user can still log in from elsewhere, and waits seconds where many addresses try.
 */
export const logInLimits = ({ organisation, username, address }: LogInAttempt): ReadonlyArray<Limit> => {
  const user = JSON.stringify([organisation, username])
  const ofUser = { key: `user ${user}`, burst: 50, every: Duration.seconds(2) }
  if (address === null) return [ofUser]
  const network = networkOf(address)
  return [
    { key: `user ${user} from ${network}`, burst: 5, every: Duration.seconds(30) },
    { key: `from ${network}`, burst: 30, every: Duration.seconds(10) },
    ofUser
  ]
}
