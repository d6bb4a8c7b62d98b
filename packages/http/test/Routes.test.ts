import { CommunicationsApi, failure } from "@communications/http"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { served } from "../src/Routes.ts"

describe("served", () => {
  it("lets an endpoint be refused with what it declares, and with nothing else", () => {
    const notDraft = () => Effect.fail(failure("NOT_DRAFT", "it is COMPLETED"))
    const { path } = served(CommunicationsApi.groups.communications.endpoints.complete, notDraft)
    assert.strictEqual(path, CommunicationsApi.groups.communications.endpoints.complete.path)
    // @ts-expect-error: nothing is drafted by asking whether the process runs
    served(CommunicationsApi.groups.health.endpoints.live, notDraft)
  })
})
