import {
  type CommunicationEvent,
  CommunicationExists,
  ContactInformationExists,
  type createCommunications,
  InvalidCaller,
  orThrow
} from "@communications/core"
import { createTestCommunications, freshCaller, freshId, type TestCommunications } from "@communications/core/testing"
import { assert, describe, expectTypeOf, it, onTestFinished } from "vitest"
import { anEmail, uuidOf } from "./Given.ts"

const expectMembers = (actual: object | undefined, expected: object) => assert.deepInclude(actual, expected)

const summary = ({ number, from, to, at, by }: CommunicationEvent) => ({ number, from, to, at, by })

describe("the clock of a test", () => {
  it("stands still at the given time, and moves only when the test moves it", async () => {
    const { communications, caller, seed, recordedEvents, setTime, advance } = createTestCommunications({
      now: "2026-03-01T09:00:00.250Z"
    })
    const complete = (number: string) => {
      seed.draft({ number })
      return orThrow(communications.complete({ caller, communication_identifier: { number } }))
    }
    await complete("1")
    advance(1_500)
    await complete("2")
    advance("2 hours")
    await complete("3")
    setTime(new Date("2025-01-01T00:00:00Z"))
    await complete("4")
    assert.deepStrictEqual(
      recordedEvents().map(({ number, at }) => [number, at]),
      [
        ["1", "2026-03-01T09:00:00.250Z"],
        ["2", "2026-03-01T09:00:01.750Z"],
        ["3", "2026-03-01T11:00:01.750Z"],
        ["4", "2025-01-01T00:00:00.000Z"]
      ]
    )
  })
  it("refuses to advance by what is not a duration", () => {
    const { advance } = createTestCommunications()
    for (const by of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => advance(by), RangeError, "advance must be a finite duration of at least 0")
    }
  })
  it("shows noon of 31 January 2026 by default", async () => {
    const { communications, caller, seed } = createTestCommunications()
    const { id } = seed.draft()
    const viewed = await orThrow(communications.view({ caller, communication_identifier: { id } }))
    assert.strictEqual(viewed.viewed_on, "2026-01-31T12:00:00")
  })
  it("refuses an invalid time", () => {
    const { setTime } = createTestCommunications()
    assert.throws(() => setTime("soon"), TypeError, "Expected a valid Date or ISO 8601 text, got soon")
    assert.throws(() => createTestCommunications({ now: new Date(Number.NaN) }), TypeError)
  })
})

describe("seeds", () => {
  it("are found by the methods as they were returned", async () => {
    const { communications, contact_information, caller, seed } = createTestCommunications()
    const [person, company] = [seed.person({ title: "Countess" }), seed.company()]
    for (const contact of [person, company]) {
      const shown = contact_information.show({ caller, contact_information_identifier: { id: contact.id } })
      assert.deepStrictEqual(await orThrow(shown), contact)
    }
    const draft = seed.draft({ number: "41", media: "LETTER", contact_information: person })
    const completed = seed.completed({ contact_information: company, viewed_on: "2026-01-30T12:00:00Z" })
    expectMembers(draft, { life_cycle_state: "DRAFT", media: "LETTER", viewed: false })
    expectMembers(completed, { life_cycle_state: "COMPLETED", number: "1", viewed: true })
    for (const seeded of [draft, completed]) {
      const shown = communications.show({ caller, communication_identifier: { id: seeded.id } })
      assert.deepStrictEqual(await orThrow(shown), seeded)
    }
  })
  it("drafts without a number get the next free one, as drafts of the methods do", async () => {
    const { communications, caller, seed } = createTestCommunications()
    const { number, contact_information } = seed.draft()
    assert.strictEqual(number, "1")
    seed.draft({ number: "2" })
    const contact_information_identifier = { id: contact_information.id }
    const created = communications.create({ caller, contact_information_identifier, ...anEmail })
    assert.strictEqual((await orThrow(created)).number, "3")
    assert.strictEqual(seed.completed().number, "4")
  })
  it("have a history: by default now and by the caller", async () => {
    const { communications, caller, seed } = createTestCommunications({ now: "2026-03-01T09:00:00Z" })
    const historyOf = async (number: string) => {
      const fields_set = "history"
      const shown = communications.show({ caller, communication_identifier: { number }, fields_set })
      return (await orThrow(shown)).history?.map(({ from, to, at, by }) => [from, to, at, by])
    }
    const [now, colleague] = ["2026-03-01T09:00:00", freshId()]
    seed.completed({ number: "41" })
    assert.deepStrictEqual(await historyOf("41"), [
      [null, "DRAFT", now, caller.user],
      ["DRAFT", "COMPLETED", now, caller.user]
    ])
    seed.completed({
      ...{ number: "42", completed_by: uuidOf(colleague) },
      ...{ created_at: "2026-02-01T09:00:00", completed_at: new Date("2026-02-02T09:00:00Z") }
    })
    assert.deepStrictEqual(await historyOf("42"), [
      [null, "DRAFT", "2026-02-01T09:00:00", caller.user],
      ["DRAFT", "COMPLETED", "2026-02-02T09:00:00", colleague]
    ])
  })
  it("belong to another organisation if they name another caller", async () => {
    const { communications, caller, seed } = createTestCommunications()
    const stranger = freshCaller()
    seed.draft({ caller: stranger, number: "41" })
    const communication_identifier = { number: "41" }
    const outcome = await communications.complete({ caller, communication_identifier })
    assert.strictEqual(outcome.ok ? undefined : outcome.error._tag, "CommunicationNotFound")
    assert.isTrue((await communications.complete({ caller: stranger, communication_identifier })).ok)
  })
  it("throw the error if a number, an id or a caller is refused", () => {
    const { seed } = createTestCommunications()
    const person = seed.person()
    seed.draft({ number: "41" })
    assert.throws(() => seed.draft({ number: "41" }), CommunicationExists)
    assert.throws(() => seed.person({ id: person.id }), ContactInformationExists)
    assert.throws(() => seed.draft({ caller: { organisation: "acme", user: freshId() } }), InvalidCaller)
  })
})

describe("recordedEvents", () => {
  it("has the events of the methods in order, and none of a seed, whenever it was made", async () => {
    const { communications, caller, seed, recordedEvents } = createTestCommunications()
    assert.deepStrictEqual(recordedEvents(), [])
    const { id } = seed.draft({ number: "41" }).contact_information
    await communications.complete({ caller, communication_identifier: { number: "41" } })
    seed.completed()
    await communications.complete({ caller, communication_identifier: { number: "41" } })
    await communications.create({ caller, contact_information_identifier: { id }, ...anEmail })
    seed.completed()
    const [at, by] = ["2026-01-31T12:00:00.123Z", caller.user]
    const expected = [
      { number: "41", from: "DRAFT", to: "COMPLETED", at, by },
      { number: "2", from: null, to: "DRAFT", at, by }
    ]
    assert.deepStrictEqual(recordedEvents().map(summary), expected)
    assert.deepStrictEqual(recordedEvents().map(summary), expected)
  })
  it("subscriptions receive the same events, and completed seeds", async () => {
    const { communications, caller, seed, recordedEvents, subscribe } = createTestCommunications()
    const { number } = seed.completed()
    seed.draft({ number: "41" })
    const received: Array<CommunicationEvent> = []
    const both = Promise.withResolvers<void>()
    const { stop } = subscribe({
      ...{ subscription: "letters", every: "5 millis" },
      handler: (event) => {
        if (received.push(event) === 2) both.resolve()
      }
    })
    onTestFinished(() => stop())
    await communications.complete({ caller, communication_identifier: { number: "41" } })
    await both.promise
    assert.deepStrictEqual(
      received.map((event) => event.number),
      [number, "41"]
    )
    assert.deepStrictEqual(received.slice(1), recordedEvents())
  })
})

describe("createTestCommunications", () => {
  it("has the caller that it was given, and a new one otherwise", async () => {
    const { organisation, user } = freshCaller()
    const caller = { organisation: uuidOf(organisation), user: uuidOf(user) }
    const test = createTestCommunications({ caller })
    assert.strictEqual(test.caller, caller)
    test.seed.draft({ number: "41" })
    await test.communications.complete({ caller, communication_identifier: { number: "41" } })
    expectMembers(test.recordedEvents()[0], { organisation, by: user })
    assert.notDeepEqual(createTestCommunications().caller, createTestCommunications().caller)
  })
  it("shares nothing with another call", async () => {
    const [one, other] = [createTestCommunications(), createTestCommunications()]
    one.seed.draft({ number: "41" })
    const request = { caller: one.caller, communication_identifier: { number: "41" } }
    assert.isFalse((await other.communications.complete(request)).ok)
    assert.isTrue((await one.communications.complete(request)).ok)
    assert.deepStrictEqual(other.recordedEvents(), [])
  })
  it("can be passed wherever the result of createCommunications can", async () => {
    expectTypeOf<TestCommunications>().toExtend<ReturnType<typeof createCommunications>>()
    const { dispose } = createTestCommunications()
    await dispose()
  })
})
