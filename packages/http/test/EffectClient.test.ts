import { makeClient } from "@communications/http"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient, HttpServer } from "effect/http"
import { Api, given, Memory } from "./Client.ts"

layer(Api.pipe(Layer.provideMerge(Memory)), { excludeTestServices: true })("the client in Effect", (it) => {
  it.effect("completes a communication once; the second time the failure is typed by its code", () =>
    Effect.gen(function* () {
      const { token, draft } = yield* given
      const { address } = yield* HttpServer.HttpServer
      const baseUrl = HttpServer.formatAddress(address).replace("0.0.0.0", "127.0.0.1")
      const { communications } = yield* makeClient({ baseUrl, token: Redacted.make(token) })
      const payload = { communication_identifier: { number: draft.number } }
      const completed = yield* communications.complete({ headers: {}, payload })
      assert.strictEqual(completed.data.life_cycle_state, "COMPLETED")
      const code = yield* communications.complete({ headers: {}, payload }).pipe(
        Effect.map(({ status }) => status.code),
        Effect.catchIf(
          (error) => "status" in error && error.status.code === "NOT_DRAFT",
          () => Effect.succeed("NOT_DRAFT" as const)
        )
      )
      assert.strictEqual(code, "NOT_DRAFT")
      const query = { communication_identifier: { number: "41" } }
      const shown = yield* communications.show({ headers: {}, query })
      assert.strictEqual(shown.data.id, draft.id)
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )
})
