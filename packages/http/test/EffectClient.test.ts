import { makeClient, metadataOf } from "@communications/http/effect-client"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient, HttpClient, HttpClientResponse, HttpServer } from "effect/http"
import { Api, Memory, setup } from "./Client.ts"

layer(Api.pipe(Layer.provideMerge(Memory)), { excludeTestServices: true })("the Effect client", (it) => {
  it.effect("completes a communication once; the second time it fails with the typed code NOT_DRAFT", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* setup
      const { address } = yield* HttpServer.HttpServer
      const baseUrl = HttpServer.formatAddress(address).replace("0.0.0.0", "127.0.0.1")
      const { communications } = yield* makeClient({ baseUrl, token: Redacted.make(token) })
      const named = { communication_identifier: { number: draft.number } }
      const stale = yield* Effect.flip(communications.complete(named, { expectedVersion: 2 }))
      assert.strictEqual("status" in stale && stale.status.code, "STALE_VERSION")
      const completed = yield* communications.complete(named, { expectedVersion: 1 })
      assert.deepStrictEqual(metadataOf(completed), { version: 2 })
      assert.strictEqual(completed.life_cycle_state, "COMPLETED")
      const code = yield* communications.complete(named).pipe(
        Effect.map(({ life_cycle_state }) => life_cycle_state),
        Effect.catchIf(
          (error) => "status" in error && error.status.code === "NOT_DRAFT",
          () => Effect.succeed("NOT_DRAFT" as const)
        )
      )
      assert.strictEqual(code, "NOT_DRAFT")
      const shown = yield* communications.show({ ...named, fields_set: "id,history.to" })
      assert.deepStrictEqual(shown, { id: draft.id, history: [{ to: "DRAFT" }, { to: "COMPLETED" }] })
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )
})

describe("the requests of the Effect client", () => {
  it.effect("have the token in a header, and none without one", () =>
    Effect.gen(function* () {
      const authorizations: Array<string | undefined> = []
      const http = HttpClient.make((request) => {
        authorizations.push(request.headers.authorization)
        const body = Response.json({ status: { code: "OK", message: null, description: null }, data: {} })
        return Effect.succeed(HttpClientResponse.fromWeb(request, body))
      })
      for (const token of [{ token: Redacted.make("one") }, {}]) {
        const client = yield* makeClient({ baseUrl: "http://localhost", ...token }).pipe(
          Effect.provideService(HttpClient.HttpClient, http)
        )
        yield* client.communications.view({ communication_identifier: { number: "1" } })
      }
      assert.deepStrictEqual(authorizations, ["Bearer one", undefined])
    })
  )
})
