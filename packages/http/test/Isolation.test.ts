import { freshId } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { given } from "./Client.ts"
import { ApiInMemory, call, methods } from "./Methods.ts"

layer(ApiInMemory, { excludeTestServices: true })("two organisations over HTTP", (it) => {
  for (const method of methods) {
    it.effect(`${method.path} answers for what another organisation has as for what nobody has, to the letter`, () =>
      Effect.gen(function* () {
        const pair = [yield* given, yield* given] as const
        for (const [mine, theirs] of [pair, [pair[1], pair[0]] as const]) {
          const answerFor = (communication: string, contact: string) =>
            Effect.map(
              call(method, {
                ...method.parameters({ communication: { id: communication }, contact }),
                token: mine.token
              }),
              ({ status, text }) => [status, text.replaceAll(communication, "…").replaceAll(contact, "…")]
            )
          const answer = yield* answerFor(theirs.draft.id, theirs.draft.contact_information.id)
          const nobodys = yield* answerFor(freshId(), freshId())
          if (method.path === "contact_information/create") assert.strictEqual(answer[0], 200)
          else assert.deepStrictEqual(answer, nobodys)
          assert.notInclude(String(answer[1]), theirs.draft.id)
        }
      })
    )
  }
})
