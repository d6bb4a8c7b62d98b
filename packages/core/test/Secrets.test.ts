import { inspect } from "node:util"
import { InvalidToken, parseToken } from "@communications/core"
import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"

describe("a token", () => {
  const secret = "0123456789ABCDEF0123456789ABCDEF"
  const token = Result.getOrThrow(parseToken(Redacted.make(secret)))
  it("is hidden in logs, errors and JSON", () => {
    for (const shown of [String(token), inspect(token), JSON.stringify({ token }), inspect(new InvalidToken())]) {
      assert.notInclude(shown, secret)
    }
  })
  it.each(["", "x", secret.toLowerCase(), `${secret}0`, ` ${secret}`])(
    "is 32 upper-case hexadecimal digits, not %j",
    (text) => {
      assert.deepStrictEqual(parseToken(Redacted.make(text)), Result.fail(new InvalidToken()))
    }
  )
})
