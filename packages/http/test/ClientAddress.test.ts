import { TrustedProxies } from "@communications/http"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Api, Memory } from "./Client.ts"
import { account, post } from "./Operations.ts"

/** Tries to log in with a wrong password, once for each value of `X-Forwarded-For`, and returns the statuses. */
const attempts = (proxies: number, forwarded: ReadonlyArray<string | undefined>) =>
  Effect.gen(function* () {
    const { credentials } = yield* account
    return yield* Effect.forEach(forwarded, (value) =>
      Effect.map(
        post(
          "authentication/token",
          { ...credentials, password: "wrong" },
          value === undefined ? {} : { "x-forwarded-for": value }
        ),
        ({ status }) => status
      )
    )
  }).pipe(
    Effect.provide(Api.pipe(Layer.provideMerge(Memory), Layer.provideMerge(Layer.succeed(TrustedProxies, proxies))))
  )

const six = [1, 2, 3, 4, 5, 6]
const limited = [401, 401, 401, 401, 401, 429]
const unlimited = [401, 401, 401, 401, 401, 401]

describe("the client address for limiting log-ins", () => {
  it.live("is the peer's address without a proxy, and the header is ignored", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* attempts(0, six.map(String)), limited)
    })
  )
  it.live("is the last address in the header with one proxy", () =>
    Effect.gen(function* () {
      const spoofed = six.map((number) => `203.0.113.${number}, 192.0.2.1`)
      assert.deepStrictEqual(yield* attempts(1, spoofed), limited)
      const spaced = six.map((number) => `203.0.113.${number},${" ".repeat(number % 3)}192.0.2.1`)
      assert.deepStrictEqual(yield* attempts(1, spaced), limited)
      const many = six.map((number) => `192.0.2.1, 203.0.113.${number}`)
      assert.deepStrictEqual(yield* attempts(1, many), unlimited)
    })
  )
  it.live("is the second-last address in the header with two proxies", () =>
    Effect.gen(function* () {
      const spoofed = six.map((number) => `203.0.113.${number}, 192.0.2.1, 198.51.100.${number}`)
      assert.deepStrictEqual(yield* attempts(2, spoofed), limited)
    })
  )
  it.live("is unknown if the header has too few addresses, so only the user is limited", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* attempts(1, [...six.map(() => undefined)]), unlimited)
      assert.deepStrictEqual(yield* attempts(2, [...six.map(() => "192.0.2.1")]), unlimited)
    })
  )
})
