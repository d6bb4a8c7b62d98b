import { type BinaryLike, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto"
import { Context, Effect, Redacted, Semaphore } from "effect"

/**
 * The cost of hashing a password: scrypt's `ln`, the binary logarithm of N, with r = 8 and p = 3. The default of 15
 * takes 32 MiB and about 0.2 seconds. A stored hash keeps the cost it was made with. Source: OWASP, Password Storage.
 */
export const PasswordCost = Context.Reference<number>("@communications/postgres/PasswordCost", {
  defaultValue: () => 15
})

/** Only two hashes run at once, so that many logins leave memory and threads for the rest of the process. */
const permits = Semaphore.makeUnsafe(2)

/** Runs in a thread of Node's pool. Node cannot cancel it, so an interrupted caller keeps its permit until it ends. */
const derive = (password: BinaryLike, salt: BinaryLike, length: number, { ln, r, p }: Cost): Effect.Effect<Buffer> => {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r }
  return permits.withPermit(
    Effect.uninterruptible(
      Effect.callback<Buffer>((resume) =>
        // The error is null in Node and undefined in Bun.
        scrypt(password, salt, length, options, (error, key) => resume(error ? Effect.die(error) : Effect.succeed(key)))
      )
    )
  )
}

interface Cost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** Hashes passwords at the present `PasswordCost`, and compares them with stored hashes. */
export const makePasswords = Effect.map(PasswordCost, (ln) => {
  /** Hashes a password for storage. The result contains cost, salt and key in the PHC string format. */
  const hash = Effect.fnUntraced(function* (password: Redacted.Redacted<string>) {
    const cost = { ln, r: 8, p: 3 }
    const salt = randomBytes(16)
    const key = yield* derive(Redacted.value(password), salt, 32, cost)
    return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${salt.toString("base64")}$${key.toString("base64")}`
  })

  /** Whether the password matches the stored hash. Without a hash it takes as long, and so hides that no user exists. */
  const matches = Effect.fnUntraced(function* (password: Redacted.Redacted<string>, stored: string | undefined) {
    if (stored === undefined) {
      yield* hash(password)
      return false
    }
    const [, ln, r, p, salt = "", key = ""] = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$(.+)\$(.+)$/.exec(stored) ?? []
    const expected = Buffer.from(key, "base64")
    const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
    const actual = yield* derive(Redacted.value(password), Buffer.from(salt, "base64"), expected.length, cost)
    return timingSafeEqual(actual, expected)
  })

  return { hash, matches }
})
