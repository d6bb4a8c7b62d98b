import { TrustedProxies } from "@communications/http"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Api, Memory } from "./Client.ts"
import { account, post } from "./Operations.ts"

/** The statuses of attempts to log in with a wrong password, each with one of these `X-Forwarded-For`. */
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
const free = [401, 401, 401, 401, 401, 401]

describe("the address that limits log-ins", () => {
  it.live("without a proxy it is the peer's, and the header is ignored", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* attempts(0, six.map(String)), limited)
    })
  )
  it.live("behind one proxy it is the last one of the header", () =>
    Effect.gen(function* () {
      const spoofed = six.map((number) => `203.0.113.${number}, 192.0.2.1`)
      assert.deepStrictEqual(yield* attempts(1, spoofed), limited)
      const many = six.map((number) => `192.0.2.1, 203.0.113.${number}`)
      assert.deepStrictEqual(yield* attempts(1, many), free)
    })
  )
  it.live("behind two proxies it is the last but one of the header", () =>
    Effect.gen(function* () {
      const spoofed = six.map((number) => `203.0.113.${number}, 192.0.2.1, 198.51.100.${number}`)
      assert.deepStrictEqual(yield* attempts(2, spoofed), limited)
    })
  )
  it.live("without enough addresses in the header only the user is limited", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* attempts(1, [...six.map(() => undefined)]), free)
      assert.deepStrictEqual(yield* attempts(2, [...six.map(() => "192.0.2.1")]), free)
    })
  )
})
