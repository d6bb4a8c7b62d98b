import {
  AmbiguousIdentifier,
  CommunicationNotFound,
  type CommunicationRequest,
  Communications,
  ContactInformationNotFound,
  ContactInformations,
  completeCommunication,
  createCommunication,
  createContactInformation,
  Draft,
  type GivenQuery,
  InvalidQuery,
  InvalidToken,
  layerMemory,
  listCommunications,
  NewPerson,
  RequestId,
  Sessions,
  showCommunication,
  showContactInformation,
  showHistory,
  viewCommunication
} from "@communications/core"
import { aDraft, anAct, aPerson, freshCaller, freshId, freshToken, store } from "@communications/core/testing"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"

const onRequest = Effect.provideService(RequestId, "the request")

/** A caller with an open session, a contact, and nothing else. */
const given = Effect.gen(function* () {
  const [caller, token, contact] = [freshCaller(), freshToken(), aPerson()]
  yield* (yield* Sessions).open(token, caller, DateTime.add(yield* DateTime.now, { days: 1 }))
  yield* (yield* ContactInformations).add(caller.organisation, contact)
  return { caller, token, contact }
})

const anEmail = { direction: "OUTGOING", media: "EMAIL" } as const

layer(layerMemory)("createCommunication", (it) => {
  it.effect("drafts at the time of the clock, under an id and a number of the system's, and remembers who did", () =>
    Effect.gen(function* () {
      const { caller, token, contact } = yield* given
      yield* TestClock.adjust("1 hour")
      const created_at = yield* DateTime.now
      const request = { token, contact_information: contact.id.toLowerCase(), ...anEmail, subject: "Engines" }
      const first = yield* onRequest(createCommunication(request))
      const { id, number } = first
      const members = { ...anEmail, subject: "Engines", content: null, viewed_on: null, contact_information: contact }
      assert.deepStrictEqual(first, Draft.make({ id, number, created_at, ...members }))
      assert.strictEqual(number, "1")
      const second = yield* createCommunication({ ...request, subject: null, content: "Dear Ada" })
      assert.deepStrictEqual([second.number, second.subject, second.content], ["2", null, "Dear Ada"])
      assert.notStrictEqual(second.id, id)
      assert.deepStrictEqual(yield* showHistory({ token, identifier: { number } }), {
        communication: first,
        history: [{ from: null, to: "DRAFT", at: created_at, by: caller.user, request_id: "the request" }]
      })
    })
  )
  it.effect("refuses the token before the contact, and stores nothing", () =>
    Effect.gen(function* () {
      const { caller, token } = yield* given
      for (const id of ["41", freshId(), (yield* given).contact.id]) {
        const request = { contact_information: id, ...anEmail }
        const unknown = yield* Effect.flip(createCommunication({ ...request, token: freshToken() }))
        assert.deepStrictEqual(unknown, new InvalidToken())
        const missing = yield* Effect.flip(createCommunication({ ...request, token }))
        assert.deepStrictEqual(missing, new ContactInformationNotFound({ id }))
      }
      const query = { life_cycle_state: "DRAFT", offset: 0, limit: 100 } as const
      assert.deepStrictEqual(yield* (yield* Communications).list(caller.organisation, query), [])
    })
  )
})

layer(layerMemory)("showCommunication, showHistory, viewCommunication", (it) => {
  it.effect("show what is stored, with every step that it took, oldest first", () =>
    Effect.gen(function* () {
      const { caller, token } = yield* given
      const [draft, act] = [aDraft(), anAct()]
      yield* store(caller.organisation, draft, act)
      assert.deepStrictEqual(yield* showCommunication({ token, identifier: { number: "41" } }), draft)
      const at = yield* DateTime.now
      const completed = yield* onRequest(completeCommunication({ caller, identifier: { id: draft.id } }))
      const viewed = yield* onRequest(viewCommunication({ token, identifier: { number: "41" } }))
      assert.deepStrictEqual({ ...viewed }, { ...completed, viewed_on: at })
      assert.deepStrictEqual(yield* showHistory({ token, identifier: { id: draft.id } }), {
        communication: viewed,
        history: [
          { from: null, to: "DRAFT", ...act },
          { from: "DRAFT", to: "COMPLETED", at, by: caller.user, request_id: "the request" }
        ]
      })
    })
  )
  it.effect("view notes the time of the first view only", () =>
    Effect.gen(function* () {
      const { caller, token } = yield* given
      yield* store(caller.organisation, aDraft())
      const viewing = viewCommunication({ token, identifier: { number: "41" } })
      yield* TestClock.adjust("1 hour")
      const [at, once] = [yield* DateTime.now, yield* viewing]
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(once.viewed_on, at)
      assert.deepStrictEqual(yield* viewing, once)
    })
  )
  const uses: Record<
    string,
    (request: CommunicationRequest) => Effect.Effect<void, unknown, Communications | Sessions>
  > = {
    showCommunication: (request) => Effect.asVoid(showCommunication(request)),
    showHistory: (request) => Effect.asVoid(showHistory(request)),
    viewCommunication: (request) => Effect.asVoid(viewCommunication(request))
  }
  for (const [name, use] of Object.entries(uses)) {
    it.effect(`${name} refuses in the documented order: token, identifier, existence`, () =>
      Effect.gen(function* () {
        const { token } = yield* given
        const theirs = yield* given
        const draft = aDraft("42")
        yield* store(theirs.caller.organisation, draft)
        const { id } = draft
        for (const identifier of [{}, { id, number: "42" }, { id }, { number: "42" }]) {
          assert.deepStrictEqual(yield* Effect.flip(use({ token: freshToken(), identifier })), new InvalidToken())
        }
        for (const ambiguous of [{}, { id, number: "42" }, { id: null, number: null }]) {
          const error = yield* Effect.flip(use({ token, identifier: ambiguous }))
          assert.deepStrictEqual(error, new AmbiguousIdentifier({ given: ambiguous }))
        }
        for (const identifier of [{ id }, { number: "42" }, { id: "42" }, { number: "" }]) {
          const error = yield* Effect.flip(use({ token, identifier }))
          assert.deepStrictEqual(error, new CommunicationNotFound({ identifier }))
        }
        yield* use({ token: theirs.token, identifier: { id } })
      })
    )
  }
})

layer(layerMemory)("listCommunications", (it) => {
  it.effect("gives the newest 25 first, or as many as asked for, from wherever asked for", () =>
    Effect.gen(function* () {
      const { token, contact } = yield* given
      const created: Array<string> = []
      for (let count = 0; count < 30; count++) {
        yield* TestClock.adjust("1 millis")
        created.unshift((yield* createCommunication({ token, contact_information: contact.id, ...anEmail })).id)
      }
      const list = (query: GivenQuery) =>
        Effect.map(listCommunications({ life_cycle_state: "DRAFT", ...query, token }), (found) =>
          found.map(({ id }) => String(id))
        )
      assert.deepStrictEqual(yield* list({}), created.slice(0, 25))
      assert.deepStrictEqual(yield* list({ number_of_results: 100 }), created)
      assert.deepStrictEqual(yield* list({ number_of_results: 3, offset: 28 }), created.slice(28))
      assert.deepStrictEqual(yield* list({ after: created[20]?.toLowerCase(), offset: 2 }), created.slice(23))
      assert.deepStrictEqual(yield* list({ after: created[29] }), [])
      assert.deepStrictEqual(yield* list({ life_cycle_state: "COMPLETED" }), [])
      assert.deepStrictEqual(yield* list({ contact_information: contact.id.toLowerCase() }), created.slice(0, 25))
      assert.deepStrictEqual(yield* list({ direction: "INCOMING" }), [])
    })
  )
  it.effect("refuses in the documented order: the query, the token, what there is not", () =>
    Effect.gen(function* () {
      const [{ token, contact }, theirs] = [yield* given, yield* given]
      const draft = aDraft()
      yield* store(theirs.caller.organisation, draft)
      const error = (request: Parameters<typeof listCommunications>[0]) => Effect.flip(listCommunications(request))
      const missing = { contact_information: freshId(), after: freshId() }
      assert.instanceOf(yield* error({ ...missing, token: freshToken(), offset: -1 }), InvalidQuery)
      assert.deepStrictEqual(yield* error({ ...missing, token: freshToken() }), new InvalidToken())
      for (const id of [missing.contact_information, theirs.contact.id, "41"]) {
        for (const after of [undefined, missing.after]) {
          const expected = new ContactInformationNotFound({ id })
          assert.deepStrictEqual(yield* error({ contact_information: id, after, token }), expected)
        }
      }
      for (const id of [missing.after, draft.id, "41"]) {
        for (const contact_information of [undefined, contact.id]) {
          const expected = new CommunicationNotFound({ identifier: { id } })
          const request = { life_cycle_state: "DRAFT", contact_information, after: id, token } as const
          assert.deepStrictEqual(yield* error(request), expected)
        }
      }
    })
  )
})

layer(layerMemory)("createContactInformation, showContactInformation", (it) => {
  const ada = NewPerson.make({
    ...{ type: "PERSON", life_cycle_state: "FINANCIAL", first_name: "Ada", last_name: "Lovelace", title: "Countess" }
  })
  it.effect("what is created is shown, under either case of its id, to its organisation", () =>
    Effect.gen(function* () {
      const [{ token }, theirs] = [yield* given, yield* given]
      const created = yield* createContactInformation({ token, contact_information: ada })
      const { id } = created
      assert.deepStrictEqual(created, { ...aPerson(), ...ada, id, name: "Ada Lovelace" })
      for (const either of [id, id.toLowerCase()]) {
        assert.deepStrictEqual(yield* showContactInformation({ token, id: either }), created)
        const error = yield* Effect.flip(showContactInformation({ token: theirs.token, id: either }))
        assert.deepStrictEqual(error, new ContactInformationNotFound({ id }))
      }
    })
  )
  it.effect("the token is refused first", () =>
    Effect.gen(function* () {
      const token = freshToken()
      const creating = createContactInformation({ token, contact_information: ada })
      assert.deepStrictEqual(yield* Effect.flip(creating), new InvalidToken())
      assert.deepStrictEqual(yield* Effect.flip(showContactInformation({ token, id: "41" })), new InvalidToken())
    })
  )
})
