import { Accounts, Attempts, Sessions, StorageUnavailable } from "@communications/core"
import { freshId } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Memory, setup } from "./Client.ts"
import { observing } from "./Observing.ts"
import { account, call, get, operations, post } from "./Operations.ts"

/** The ports in memory, in one variant per port: this port fails with `failure`. */
const failing = (failure: Effect.Effect<never, StorageUnavailable>): Record<string, typeof Memory> => {
  const fails = () => failure
  return {
    accounts: Layer.effect(
      Accounts,
      Effect.map(Accounts, (accounts) => Accounts.of({ ...accounts, authenticate: fails }))
    ).pipe(Layer.provideMerge(Memory)),
    attempts: Layer.effect(
      Attempts,
      Effect.map(Attempts, (attempts) => Attempts.of({ ...attempts, take: fails }))
    ).pipe(Layer.provideMerge(Memory)),
    sessions: Layer.effect(
      Sessions,
      Effect.map(Sessions, (sessions) =>
        Sessions.of({ ...sessions, openAuthenticated: fails, authenticate: fails, release: fails })
      )
    ).pipe(Layer.provideMerge(Memory))
  }
}

const gone = new StorageUnavailable({ operation: "test", reason: "unreachable", cause: new Error("gone") })
const failures = {
  "is unavailable": [Effect.fail(gone), 503, "gone"],
  "has a defect": [Effect.die(new Error("a bug")), 500, "a bug"]
} as const

describe("secrets", () => {
  it.live("no log line or span contains a token from a URL, a body or a header", () =>
    Effect.gen(function* () {
      const { value, lines, exported } = yield* observing(
        Memory,
        Effect.gen(function* () {
          const { token, draft } = yield* setup
          const unknown = freshId()
          const named = { communication: { number: "41" }, contact: draft.contact_information.id }
          for (const secret of [token, unknown]) {
            for (const operation of operations) {
              const parameters = operation.parameters(named)
              yield* call(operation, { ...parameters, token: secret })
              yield* call(operation, { ...parameters, token: secret, fields_set: "nope" })
              yield* call(operation, parameters, { authorization: `Bearer ${secret}` })
              yield* call(operation, { token: secret })
            }
            yield* get("communications/show", { token: secret }, {}, "HEAD")
            yield* get("communications/show", { token: secret }, {}, "PUT")
            yield* get("communications/list", `token=${secret}&token=${secret}`)
            yield* get("communications/list", `Token=${secret}`)
            yield* post(`authentication/token/release?token=${secret}`, { token: secret })
          }
          return [token, unknown]
        })
      )
      assert.isAtLeast(lines.length, 60)
      for (const name of ["completeCommunication", "listCommunications", "showContactInformation", "releaseToken"]) {
        assert.include(exported, name)
      }
      for (const secret of value) {
        assert.notInclude(lines.join("\n"), secret)
        assert.notInclude(exported, secret)
      }
    })
  )
  it.live("no log line or span of a log-in contains the password or the new token", () =>
    Effect.gen(function* () {
      const { value, lines, exported } = yield* observing(
        Memory,
        Effect.gen(function* () {
          const { credentials } = yield* account
          const { text } = yield* post("authentication/token", credentials)
          const token = /[0-9A-F]{32}/.exec(text)?.[0] ?? assert.fail(text)
          const wrong = `wrong ${freshId()}`
          for (let time = 0; time < 7; time++) {
            yield* post("authentication/token", { ...credentials, password: wrong })
          }
          yield* post("authentication/token", { ...credentials, username: 5 })
          yield* post("authentication/token", { ...credentials, password: { [wrong]: wrong } })
          return [credentials.password, wrong, token]
        })
      )
      assert.include(exported, "logIn")
      for (const secret of value) {
        assert.notInclude(lines.join("\n"), secret)
        assert.notInclude(exported, secret)
      }
    })
  )
  for (const [how, [failure, status, message]] of Object.entries(failures)) {
    for (const [port, ports] of Object.entries(failing(failure))) {
      it.live(`no log line or span contains a secret if the storage of ${port} ${how}`, () =>
        Effect.gen(function* () {
          const { value, lines, exported } = yield* observing(
            ports,
            Effect.gen(function* () {
              const { credentials } = yield* account
              const token = freshId()
              const response = yield* post("authentication/token", credentials)
              yield* get("communications/list", { token, life_cycle_state: "DRAFT" })
              yield* post("authentication/token/release", { token })
              assert.strictEqual(response.status, status, response.text)
              return { response, secrets: [credentials.password, token] }
            })
          )
          assert.include(lines.join("\n"), message)
          assert.notInclude(value.response.text, message)
          for (const secret of value.secrets) {
            assert.notInclude(value.response.text, secret)
            assert.notInclude(lines.join("\n"), secret)
            assert.notInclude(exported, secret)
          }
        })
      )
    }
  }
})
