import {
  Communication,
  CommunicationEvent,
  completion,
  creationEntry,
  EventId,
  eventOf,
  isCompletion,
  stepEntry
} from "@communications/core"
import { aDraft, anAct, freshId, freshOrganisation } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

const [organisation, act] = [freshOrganisation(), anAct()]
const log = { id: EventId.make(freshId()), version: 2 }

describe("the event of a history entry", () => {
  it("is JSON with the documented members, in order", () => {
    const draft = aDraft("CM000680")
    const event = eventOf(organisation, draft, stepEntry(completion, act), log)
    assert.strictEqual(
      JSON.stringify(event),
      JSON.stringify({
        ...{ id: log.id, organisation, communication: draft.id, number: "CM000680" },
        ...{ contact_information: draft.contact_information.id, direction: "OUTGOING", media: "EMAIL" },
        ...{ from: "DRAFT", to: "COMPLETED", version: 2, at: "2026-01-31T12:00:00.123Z", by: act.by },
        request_id: act.request_id
      })
    )
  })
  it.prop("matches its schema, for any communication", [Communication], ([communication]) => {
    const event = eventOf(organisation, communication, creationEntry(communication, act), log)
    assert.deepStrictEqual(Schema.decodeUnknownSync(CommunicationEvent)(JSON.parse(JSON.stringify(event))), event)
    assert.deepStrictEqual(structuredClone(event), event)
    assert.isNull(event.from)
    assert.deepStrictEqual(Object.keys(event), Object.keys(CommunicationEvent.fields))
  })
})

describe("isCompletion", () => {
  it.each([
    [null, "DRAFT", false],
    [null, "COMPLETED", false],
    ["DRAFT", "COMPLETED", true],
    ["COMPLETED", "DRAFT", false]
  ] as const)("from %s to %s: %s", (from, to, expected) => {
    assert.strictEqual(isCompletion({ from, to }), expected)
  })
})
