import { type BinaryLike, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto"
import { Context, Effect, Redacted, Semaphore } from "effect"

/**
 * The cost of a guess at a password: scrypt's `ln`, the binary logarithm of N, with r = 8 and p = 3; 15 takes 32 MiB and
 * about a fifth of a second. What is stored keeps the cost it was stored with. Source: OWASP, Password Storage.
 */
export const PasswordCost = Context.Reference<number>("@communications/postgres/PasswordCost", {
  defaultValue: () => 15
})

/** Two at once: a crowd that logs in fills neither the memory nor the threads that the rest of the process needs. */
const turns = Semaphore.makeUnsafe(2)

/** Runs off the event loop, to its end: whoever went away meanwhile has had a turn. */
const derive = (password: BinaryLike, salt: BinaryLike, length: number, { ln, r, p }: Cost): Effect.Effect<Buffer> => {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r }
  return turns.withPermit(
    Effect.uninterruptible(
      Effect.callback<Buffer>((resume) =>
        scrypt(password, salt, length, options, (error, key) =>
          resume(error === null ? Effect.succeed(key) : Effect.die(error))
        )
      )
    )
  )
}

interface Cost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** What is stored of a password: cost, salt and key, as the PHC string format writes them. */
export const hashPassword = Effect.fnUntraced(function* (password: Redacted.Redacted<string>) {
  const cost = { ln: yield* PasswordCost, r: 8, p: 3 }
  const salt = randomBytes(16)
  const key = yield* derive(Redacted.value(password), salt, 32, cost)
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${salt.toString("base64")}$${key.toString("base64")}`
})

/** Whether the password is the one that was stored; where nothing was stored it is not, and that takes as long. */
export const isPassword = Effect.fnUntraced(function* (password: Redacted.Redacted<string>, hash: string | undefined) {
  if (hash === undefined) {
    yield* hashPassword(password)
    return false
  }
  const [, ln, r, p, salt = "", key = ""] = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$(.+)\$(.+)$/.exec(hash) ?? []
  const expected = Buffer.from(key, "base64")
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  const actual = yield* derive(Redacted.value(password), Buffer.from(salt, "base64"), expected.length, cost)
  return timingSafeEqual(actual, expected)
})
