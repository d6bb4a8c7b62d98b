import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given } from "./Client.ts"
import { ApiInMemory, call, operations } from "./Operations.ts"

layer(ApiInMemory, { excludeTestServices: true })("two organisations over HTTP", (it) => {
  for (const operation of operations) {
    it.effect(`${operation.path} gives the same answer for another organisation's data as for missing data`, () =>
      Effect.gen(function* () {
        const pair = [yield* given, yield* given] as const
        for (const [mine, theirs] of [pair, [pair[1], pair[0]] as const]) {
          const answerFor = (communication: string, contact: string) =>
            Effect.map(
              call(operation, {
                ...operation.parameters({ communication: { id: communication }, contact }),
                token: mine.token
              }),
              ({ status, text }) => [status, text.replaceAll(communication, "…").replaceAll(contact, "…")]
            )
          const answer = yield* answerFor(theirs.draft.id, theirs.draft.contact_information.id)
          const missing = yield* answerFor(freshId(), freshId())
          if (operation.path === "contact_information/create") assert.strictEqual(answer[0], 200)
          else assert.deepStrictEqual(answer, missing)
          assert.notInclude(String(answer[1]), theirs.draft.id)
        }
      })
    )
  }
})
