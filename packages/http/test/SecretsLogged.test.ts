import { Accounts, Attempts, Sessions, StorageUnavailable } from "@communications/core"
import { freshId } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { given, Memory } from "./Client.ts"
import { account, ask, call, methods, tell } from "./Methods.ts"
import { observing } from "./Observing.ts"

/** The ports in memory, each time with one that fails in this way. */
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
      Effect.map(Sessions, (sessions) => Sessions.of({ ...sessions, open: fails, authenticate: fails, release: fails }))
    ).pipe(Layer.provideMerge(Memory))
  }
}

const gone = new StorageUnavailable({ operation: "test", reason: "unreachable", cause: new Error("gone") })
const failures = {
  "is unavailable": [Effect.fail(gone), 503, "gone"],
  "has a defect": [Effect.die(new Error("a bug of ours")), 500, "a bug of ours"]
} as const

describe("secrets", () => {
  it.live("a token in a URL, in a body or in a header is in no log line and in no span", () =>
    Effect.gen(function* () {
      const { value, lines, exported } = yield* observing(
        Memory,
        Effect.gen(function* () {
          const { token, draft } = yield* given
          const unknown = freshId()
          const named = { communication: { number: "41" }, contact: draft.contact_information.id }
          for (const secret of [token, unknown]) {
            for (const method of methods) {
              const parameters = method.parameters(named)
              yield* call(method, { ...parameters, token: secret })
              yield* call(method, { ...parameters, token: secret, fields_set: "nope" })
              yield* call(method, parameters, { authorization: `Bearer ${secret}` })
              yield* call(method, { token: secret })
            }
            yield* ask("communications/show", { token: secret }, {}, "HEAD")
            yield* ask("communications/show", { token: secret }, {}, "PUT")
            yield* ask("communications/list", `token=${secret}&token=${secret}`)
            yield* ask("communications/list", `Token=${secret}`)
            yield* tell(`authentication/token/release?token=${secret}`, { token: secret })
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
  it.live("neither a password nor the token that is given for it is in a log line or in a span", () =>
    Effect.gen(function* () {
      const { value, lines, exported } = yield* observing(
        Memory,
        Effect.gen(function* () {
          const { credentials } = yield* account
          const { text } = yield* tell("authentication/token", credentials)
          const token = /[0-9A-F]{32}/.exec(text)?.[0] ?? assert.fail(text)
          const wrong = `wrong ${freshId()}`
          for (let time = 0; time < 7; time++) {
            yield* tell("authentication/token", { ...credentials, password: wrong })
          }
          yield* tell("authentication/token", { ...credentials, username: 5 })
          yield* tell("authentication/token", { ...credentials, password: { [wrong]: wrong } })
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
  for (const [how, [failure, status, told]] of Object.entries(failures)) {
    for (const [port, ports] of Object.entries(failing(failure))) {
      it.live(`nor where the storage of ${port} ${how}, which is logged`, () =>
        Effect.gen(function* () {
          const { value, lines, exported } = yield* observing(
            ports,
            Effect.gen(function* () {
              const { credentials } = yield* account
              const token = freshId()
              const answer = yield* tell("authentication/token", credentials)
              yield* ask("communications/list", { token, life_cycle_state: "DRAFT" })
              yield* tell("authentication/token/release", { token })
              assert.strictEqual(answer.status, status, answer.text)
              return { answer, secrets: [credentials.password, token] }
            })
          )
          assert.include(lines.join("\n"), told)
          assert.notInclude(value.answer.text, told)
          for (const secret of value.secrets) {
            assert.notInclude(value.answer.text, secret)
            assert.notInclude(lines.join("\n"), secret)
            assert.notInclude(exported, secret)
          }
        })
      )
    }
  }
})
