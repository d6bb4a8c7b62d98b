import {
  type Caller,
  Communications,
  ContactInformations,
  completeCommunication,
  createCommunication,
  createContactInformation,
  InvalidRequest,
  layerMemory,
  NewPerson,
  orThrow,
  type Ports
} from "@communications/core"
import { aDraft, aPerson, createTestCommunications, freshCaller, store } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

const id = "0123456789ABCDEF0123456789ABCDEF"
const uuid = "01234567-89ab-cdef-0123-456789abcdef"
const idempotencyKey = "key"
const letter = { direction: "INCOMING", media: "LETTER" } as const
const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }

type Requesting = (caller: Caller) => Effect.Effect<unknown, unknown, Ports>

const completing =
  (communication_identifier: { readonly id?: string; readonly number?: string | null }) => (caller: Caller) =>
    completeCommunication({ caller, communication_identifier }, { idempotencyKey })
const creating =
  (contact: string, members: { readonly subject?: string | null; readonly content?: string | null }): Requesting =>
  (caller) =>
    createCommunication(
      { caller, contact_information_identifier: { id: contact }, ...letter, ...members },
      { idempotencyKey }
    )
const storing =
  (contact: object): Requesting =>
  (caller) =>
    Effect.flatMap(Schema.decodeUnknownEffect(NewPerson)(contact), (person) =>
      createContactInformation({ caller, ...person }, { idempotencyKey })
    )

/** The fingerprint that is stored for a request. */
const fingerprintOf = (requesting: Requesting) =>
  Effect.gen(function* () {
    const caller = freshCaller()
    yield* store(caller.organisation, aDraft({ id, contact_information: aPerson({ id }) }))
    yield* requesting(caller)
    const { organisation, user } = caller
    const communication = yield* (yield* Communications).findByKey(organisation, user, idempotencyKey)
    const contact = yield* (yield* ContactInformations).findByKey(organisation, user, idempotencyKey)
    return (communication ?? contact)?.fingerprint
  }).pipe(Effect.provide(layerMemory), Effect.runPromise)

describe("the fingerprint of a request is the same in every version, and depends only on what it asks for", () => {
  const requests: Record<string, readonly [fingerprint: string, requests: ReadonlyArray<Requesting>]> = {
    "complete by id": [
      "BF2387451B3DBFA5505FD8CE89BBC8EB9582122019BCFC6F20E5409B4DAEACD1",
      [completing({ id }), completing({ number: null, id: uuid })]
    ],
    "complete by number": [
      "F5669C67CF12FBFE46CC7480F7AC670C67FE4313C0D55A4112C703D00D0687B8",
      [completing({ number: "41" })]
    ],
    "create with a contact": [
      "CC8AA95B3DB95F184513586B619A57B68F95167CFDD7F4D155881C9D07033B2F",
      [creating(id, { subject: null }), creating(uuid, { content: null })]
    ],
    "create with texts": [
      "955415C3AB83C45CCB9BBE9946F9A20171E7BC9198F359F9B0DEE7385E98DB98",
      [creating(id, { subject: "Ünïcode ☃", content: '"' })]
    ],
    "store a contact": [
      "9CFA5116AA83F493140689F4A789045A4EE046F75D05B2A6FD6BFED344D70743",
      [
        storing({ ...ada, demographics: { gender: "FEMALE", date_of_birth: { day: 10, month: 12, year: 1815 } } }),
        storing({
          ...{ title: null, demographics: { date_of_birth: { year: 1815, month: 12, day: 10 }, gender: "FEMALE" } },
          ...ada
        })
      ]
    ]
  }
  it.each(Object.entries(requests))("%s", async (_, [fingerprint, requests]) => {
    for (const requesting of requests) assert.strictEqual(await fingerprintOf(requesting), fingerprint)
  })
})

describe("idempotencyKey of createCommunications", () => {
  it("makes a request safe to repeat, and the outcome of a repetition says so", async () => {
    const { caller, communications, seed, recordedEvents } = createTestCommunications()
    const { number } = seed.draft()
    const request = { caller, communication_identifier: { number } }
    const [first, again] = [
      await communications.complete(request, { idempotencyKey: "key", request_id: "first" }),
      await communications.complete(request, { idempotencyKey: "key", request_id: "second" })
    ]
    assert.deepStrictEqual([first.ok && first.replayed, again.ok && again.replayed], [undefined, true])
    assert.deepStrictEqual(again.ok && again.value, first.ok && first.value)
    assert.deepStrictEqual(
      recordedEvents().map(({ request_id }) => request_id),
      ["first"]
    )
    const other = await communications.complete(
      { caller, communication_identifier: { number: "43" } },
      { idempotencyKey: "key" }
    )
    assert.strictEqual(!other.ok && other.error._tag, "IdempotencyKeyReused")
  })
  it("does not change the refusal of a request", async () => {
    const { caller, communications, seed } = createTestCommunications()
    const request = { caller, communication_identifier: { number: seed.completed().number } }
    const refused = await communications.complete(request, { idempotencyKey: "key" })
    assert.strictEqual(!refused.ok && refused.error._tag, "NotDraft")
  })
  it("gives a request that is refused because of an equal one at the same time the result of that one", () =>
    Effect.gen(function* () {
      const communications = yield* Communications
      const caller = freshCaller()
      yield* store(caller.organisation, aDraft({ id }))
      const completed = yield* completing({ id })(caller)
      let lookups = 0
      const late = Communications.of({
        ...communications,
        // The first lookup is before the other request has ended.
        findByKey: (...parameters) => (++lookups === 1 ? Effect.undefined : communications.findByKey(...parameters))
      })
      assert.deepStrictEqual(yield* Effect.provideService(completing({ id })(caller), Communications, late), completed)
    }).pipe(Effect.provide(layerMemory), Effect.runPromise))
  it("may be undefined, and is refused if it is malformed", async () => {
    const { caller, communications, seed } = createTestCommunications()
    const { number } = seed.draft()
    const request = { caller, communication_identifier: { number } }
    for (const idempotencyKey of ["", " key", "key ", "x".repeat(256), "ключ"]) {
      const refused = await communications.complete(request, { idempotencyKey })
      const reason = "idempotencyKey: expected 1 to 255 printable ASCII characters, no blanks around them"
      assert.deepStrictEqual(refused, { ok: false, error: new InvalidRequest({ reason }) })
    }
    await orThrow(communications.complete(request, { idempotencyKey: undefined }))
  })
})
