import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { setup } from "./Client.ts"
import { ApiInMemory, call, operations } from "./Operations.ts"

layer(ApiInMemory, { excludeTestServices: true })("two organisations over HTTP", (it) => {
  for (const operation of operations) {
    it.effect(`${operation.path}: data of another organisation gets the same response as missing data`, () =>
      Effect.gen(function* () {
        const pair = [yield* setup, yield* setup] as const
        for (const [mine, theirs] of [pair, [pair[1], pair[0]] as const]) {
          const responseFor = (communication: string, contact: string) =>
            Effect.map(
              call(operation, {
                ...operation.parameters({ communication: { id: communication }, contact }),
                token: mine.token
              }),
              ({ status, text }) => [status, text.replaceAll(communication, "…").replaceAll(contact, "…")]
            )
          const response = yield* responseFor(theirs.draft.id, theirs.draft.contact_information.id)
          const missing = yield* responseFor(freshId(), freshId())
          if (operation.path === "contact_information/create") assert.strictEqual(response[0], 200)
          else assert.deepStrictEqual(response, missing)
          assert.notInclude(String(response[1]), theirs.draft.id)
        }
      })
    )
  }
})
