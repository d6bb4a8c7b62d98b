import { Communications, layerMemory, Sessions, StorageUnavailable } from "@communications/core"
import { aDraft, freshCaller, freshId, freshToken, store } from "@communications/core/testing"
import { createClient, metadataOf } from "@communications/http/client"
import { assert, layer } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Redacted } from "effect"
import { HttpServer } from "effect/http"
import { Api, type Received, setup } from "./Client.ts"
import { ApiInMemory, at, call, codeOf, get, operations, post } from "./Operations.ts"
import { COMMUNICATION, NOT_DRAFT, refused, SHAPE } from "./Refused.ts"

const REUSED = [422, "IDEMPOTENCY_KEY_REUSED"] as const
const keyed = (key: string) => ({ "idempotency-key": key })
const replayed = ({ headers }: Received) => headers["idempotency-replayed"]
const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }

/** The operations that accept a key. */
const accepting = operations.filter(({ path }) => /complete|create/.test(path))

/** Opens a session of another user of an organisation. */
const anotherUser = Effect.fnUntraced(function* (caller: ReturnType<typeof freshCaller>) {
  const token = freshToken()
  const user = { organisation: caller.organisation, user: freshCaller().user }
  yield* (yield* Sessions).open(token, user, Duration.days(1))
  return Redacted.value(token)
})

layer(ApiInMemory, { excludeTestServices: true })("Idempotency-Key", (it) => {
  for (const operation of accepting) {
    const given = Effect.map(setup, ({ caller, token, draft }) => ({
      ...{ caller, token, draft },
      parameters: {
        token,
        ...operation.parameters({ communication: { id: draft.id }, contact: draft.contact_information.id })
      }
    }))

    it.effect(`${operation.path}: a repeated request returns the same data, marked as a replay`, () =>
      Effect.gen(function* () {
        const { parameters } = yield* given
        const headers = keyed(freshId())
        const first = yield* call(operation, parameters, headers)
        assert.deepStrictEqual([first.status, replayed(first)], [200, undefined])
        for (let count = 0; count < 3; count++) {
          const again = yield* call(operation, parameters, headers)
          assert.deepStrictEqual([again.status, replayed(again), again.text], [200, "true", first.text])
        }
        const fewer = yield* call(operation, { ...parameters, fields_set: "id" }, headers)
        assert.deepStrictEqual(at(fewer.json, "data"), { id: at(first.json, "data", "id") })
        assert.strictEqual(replayed(fewer), "true")
      })
    )

    it.effect(`${operation.path}: of two requests at once, one is a replay`, () =>
      Effect.gen(function* () {
        const { parameters } = yield* given
        const twice = Array.from({ length: 2 }, () => call(operation, parameters, keyed("key")))
        const responses = yield* Effect.all(twice, { concurrency: "unbounded" })
        assert.sameMembers(responses.map(replayed), [undefined, "true"])
        assert.strictEqual(responses[0]?.text, responses[1]?.text)
      })
    )

    it.effect(`${operation.path}: the key with another request is refused`, () =>
      Effect.gen(function* () {
        const { token, parameters } = yield* given
        const headers = keyed(freshId())
        yield* call(operation, parameters, headers)
        const other = { token, communication_identifier: { id: freshId() } }
        const title = { token, ...ada, title: "Countess" }
        for (const response of [
          yield* post("communications/complete", other, headers),
          yield* post("contact_information/create", title, headers)
        ]) {
          refused(response, REUSED, /"[0-9A-F]{32}" was used for another request/)
        }
      })
    )

    it.effect(`${operation.path}: the key of another user, or of another organisation, is another key`, () =>
      Effect.gen(function* () {
        const here = yield* given
        const other = yield* given
        const headers = keyed(freshId())
        yield* call(operation, here.parameters, headers)
        const elsewhere = yield* call(operation, other.parameters, headers)
        assert.deepStrictEqual([elsewhere.status, replayed(elsewhere)], [200, undefined])
        const token = yield* anotherUser(here.caller)
        const response = yield* call(operation, { ...here.parameters, token }, headers)
        assert.strictEqual(replayed(response), undefined)
        if (operation.path === "communications/complete") refused(response, NOT_DRAFT)
        else assert.notStrictEqual(response.text, elsewhere.text)
      })
    )

    it.effect(`${operation.path}: a malformed key is refused and has no effect`, () =>
      Effect.gen(function* () {
        const { parameters } = yield* given
        for (const key of ["", "x".repeat(256), "ключ", "a\tb"].map((text) => Buffer.from(text).toString("latin1"))) {
          refused(
            yield* call(operation, parameters, keyed(key)),
            SHAPE,
            /^Idempotency-Key: expected 1 to 255 printable ASCII characters/
          )
        }
        for (const key of ["x".repeat(255), `"quoted" {}~!`]) {
          const draft = yield* given
          const response = yield* call(operation, draft.parameters, keyed(key))
          assert.deepStrictEqual([response.status, replayed(response)], [200, undefined])
        }
        if (operation.path !== "communications/complete") return
        assert.deepStrictEqual([(yield* call(operation, parameters)).status], [200])
      })
    )
  }

  it.effect("a replay shows the communication as it is now", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const contact_information_identifier = { id: draft.contact_information.id }
      const request = { token, contact_information_identifier, direction: "INCOMING", media: "SMS" }
      const created = yield* post("communications/create", request, keyed("key"))
      const id = String(at(created.json, "data", "id"))
      yield* post("communications/complete", { token, communication_identifier: { id } })
      const again = yield* post("communications/create", { ...request, subject: null }, keyed("key"))
      assert.strictEqual(at(again.json, "data", "id"), id)
      assert.strictEqual(at(again.json, "data", "life_cycle_state"), "COMPLETED")
    })
  )

  it.effect("an identifier is compared after it is read", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const complete = (communication_identifier: object) =>
        post("communications/complete", { token, communication_identifier }, keyed("key"))
      yield* complete({ id: draft.id })
      const uuid = draft.id.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
      for (const id of [draft.id.toLowerCase(), uuid]) {
        assert.strictEqual(replayed(yield* complete({ id, number: null })), "true")
      }
      refused(yield* complete({ number: draft.number }), REUSED)
      refused(yield* complete({ id: "malformed" }), REUSED)
    })
  )

  it.effect("a refused request leaves its key unused", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const complete = (id: string) =>
        post("communications/complete", { token, communication_identifier: { id } }, keyed("key"))
      refused(yield* complete(freshId()), COMMUNICATION)
      refused(yield* post("communications/complete", { token, communication_identifier: {} }, keyed("key")), [
        400,
        "AMBIGUOUS_IDENTIFIER"
      ])
      assert.strictEqual(replayed(yield* complete(draft.id)), undefined)
      assert.strictEqual(replayed(yield* complete(draft.id)), "true")
    })
  )

  it.effect("other operations ignore the header", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const communication_identifier = { id: draft.id }
      for (const key of ["key", "key", ""]) {
        const viewed = yield* post("communications/view", { token, communication_identifier }, keyed(key))
        assert.deepStrictEqual([viewed.status, replayed(viewed)], [200, undefined])
        const query = { token, communication_identifier: `id=${draft.id}` }
        assert.strictEqual((yield* get("communications/show", query, keyed(key))).status, 200)
      }
    })
  )

  it.effect("the client sends `idempotencyKey`, and metadataOf a replay says so", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const { address } = yield* HttpServer.HttpServer
      const baseUrl = HttpServer.formatAddress(address).replace("0.0.0.0", "127.0.0.1")
      const { communications } = createClient({ baseUrl, token })
      const request = { communication_identifier: { id: draft.id } }
      const complete = () => Effect.promise(() => communications.complete(request, { idempotencyKey: "key" }))
      assert.deepStrictEqual(metadataOf(yield* complete()), { version: 2 })
      assert.deepStrictEqual(metadataOf(yield* complete()), { version: 2, replayed: true })
    })
  )
})

/** Ports whose next step fails: before it is stored, or after it was stored. */
const failingOnce = (isStored: boolean) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const ports = yield* Layer.build(Layer.fresh(layerMemory))
      const sound = Context.get(ports, Communications)
      const failure = new StorageUnavailable({ operation: "test", reason: "timeout" })
      let isFailing = true
      return Context.add(ports, Communications, {
        ...sound,
        take: (organisation, identifier, step, act) => {
          const taking = sound.take(organisation, identifier, step, act)
          if (!isFailing) return taking
          isFailing = false
          return isStored ? Effect.andThen(taking, Effect.fail(failure)) : Effect.fail(failure)
        }
      })
    })
  )

for (const isStored of [false, true]) {
  layer(Layer.provideMerge(Api, failingOnce(isStored)), { excludeTestServices: true })("after UNAVAILABLE", (it) => {
    it.effect(`a repeated request ${isStored ? "is a replay, if the first was stored" : "takes effect"}`, () =>
      Effect.gen(function* () {
        const { token, caller } = yield* setup
        const draft = aDraft("42")
        yield* store(caller.organisation, draft)
        const request = { token, communication_identifier: { id: draft.id } }
        const first = yield* post("communications/complete", request, keyed("key"))
        assert.deepStrictEqual(codeOf(first), [503, "UNAVAILABLE"])
        const second = yield* post("communications/complete", request, keyed("key"))
        assert.deepStrictEqual([second.status, replayed(second)], [200, isStored ? "true" : undefined])
      })
    )
  })
}
