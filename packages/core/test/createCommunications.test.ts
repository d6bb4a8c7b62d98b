import {
  Accounts,
  AmbiguousIdentifier,
  type CommunicationDetails,
  type CommunicationEvent,
  type CommunicationWithHistory,
  type ContactInformation,
  createCommunications,
  type FieldsInput,
  InvalidCaller,
  InvalidCredentials,
  InvalidRequest,
  InvalidToken,
  layerMemory,
  Name,
  orThrow,
  type Sparse,
  StaleVersion,
  TooManyAttempts
} from "@communications/core"
import { freshCaller, freshId } from "@communications/core/testing"
import { Effect, Layer, Redacted } from "effect"
import { afterAll, assert, describe, expectTypeOf, it } from "vitest"
import { anEmail, uuidOf } from "./Given.ts"

const { communications, contact_information, authentication, subscribe, dispose } = createCommunications(layerMemory)
afterAll(() => dispose())

/** Creates a contact and a draft with the promise API. */
const given = async () => {
  const { organisation, user } = freshCaller()
  const caller = { organisation: uuidOf(organisation), user: uuidOf(user) }
  const contact = await orThrow(
    contact_information.create({
      caller,
      ...{ type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }
    })
  )
  const contact_information_identifier = { id: contact.id }
  const draft = await orThrow(communications.create({ caller, contact_information_identifier, ...anEmail }))
  const communication_identifier = { number: draft.number }
  return { caller: { organisation, user }, contact, contact_information_identifier, draft, communication_identifier }
}

const errorOf = async (outcome: Promise<{ readonly ok: boolean; readonly error?: unknown }>) => (await outcome).error

describe("for hosts without Effect", () => {
  it("every method works, from creating a contact to receiving the event of a completion", async () => {
    const { caller, contact, contact_information_identifier, draft, communication_identifier } = await given()
    assert.deepInclude(contact, { name: "Ada Lovelace", middle_name: null })
    const received = Promise.withResolvers<CommunicationEvent>()
    let attempts = 0
    const { stop } = subscribe({
      subscription: freshId(),
      handler: async (event) => {
        if (attempts++ === 0) throw new Error("the first call of the handler fails")
        received.resolve(event)
      }
    })
    const completed = await communications.complete({ caller, communication_identifier })
    assert.deepInclude(completed, { ok: true })
    const { communication, by, number, from, to } = await received.promise
    assert.deepStrictEqual(
      [communication, by, number, from, to],
      [draft.id, caller.user, draft.number, "DRAFT", "COMPLETED"]
    )
    await stop()
    const viewed = await orThrow(communications.view({ caller, communication_identifier }))
    assert.isTrue(viewed.viewed)
    for (const communication_identifier of [{ id: uuidOf(draft.id) }, { id: draft.id }, { number: draft.number }]) {
      assert.deepStrictEqual(await orThrow(communications.show({ caller, communication_identifier })), viewed)
    }
    assert.deepStrictEqual(await orThrow(communications.list({ caller, life_cycle_state: "COMPLETED" })), [viewed])
    assert.deepStrictEqual(await orThrow(contact_information.show({ caller, contact_information_identifier })), contact)
  })
  it("show returns the history only if fields_set names it", async () => {
    const { caller, draft, communication_identifier } = await given()
    await communications.complete({ caller, communication_identifier })
    const { history, ...others } = await orThrow(
      communications.show({ caller, communication_identifier, fields_set: "history" })
    )
    assert.deepStrictEqual(others, {})
    assert.deepStrictEqual(
      history?.map(({ from, to, by }) => [from, to, by]),
      [
        [null, "DRAFT", caller.user],
        ["DRAFT", "COMPLETED", caller.user]
      ]
    )
    assert.deepStrictEqual(
      await orThrow(communications.show({ caller, communication_identifier, fields_set: ["history.to", "number"] })),
      { number: draft.number, history: [{ to: "DRAFT" }, { to: "COMPLETED" }] }
    )
    const whole = await orThrow(communications.show({ caller, communication_identifier, fields_set: null }))
    assert.notProperty(whole, "history")
    assert.deepStrictEqual(await orThrow(communications.show({ caller, communication_identifier })), whole)
  })
  it("list returns the named fields of each communication", async () => {
    const { caller, contact_information_identifier, draft } = await given()
    const list = communications.list({
      ...{ caller, contact_information_identifier, fields_set: "number,contact_information.name" }
    })
    assert.deepStrictEqual(await orThrow(list), [
      { number: draft.number, contact_information: { name: "Ada Lovelace" } }
    ])
  })
  it("a list of contacts has the newest first", async () => {
    const { caller, contact } = await given()
    const grace = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Grace", last_name: "Hopper" } as const
    const newest = await orThrow(contact_information.create({ caller, ...grace }))
    const listed = await orThrow(contact_information.list({ caller }))
    assert.sameDeepMembers([...listed], [newest, contact])
    assert.deepStrictEqual(
      await orThrow(contact_information.list({ caller, number_of_results: 1, name: "nobody" })),
      []
    )
  })
  it("a log-in returns a token, with which methods accept the user, and failures from its address are limited", async () => {
    const user = freshCaller()
    const [organisation, username, password] = [Name.make(freshId()), Name.make(freshId()), "correct horse"]
    const account = Effect.flatMap(Accounts, (accounts) =>
      Effect.andThen(
        accounts.addOrganisation(user.organisation, organisation),
        accounts.addUser(user, username, Redacted.make(password))
      )
    )
    const ports = Layer.provideMerge(Layer.effectDiscard(Effect.orDie(account)), layerMemory)
    const api = createCommunications(ports)
    const { token } = await orThrow(api.authentication.token({ organisation, username, password }))
    assert.deepStrictEqual(await orThrow(api.communications.list({ token, life_cycle_state: "DRAFT" })), [])
    const refused = await errorOf(api.authentication.token({ organisation, username, password: "wrong" }))
    assert.instanceOf(refused, InvalidCredentials)
    const wrong = { organisation, username, password: "wrong", address: "203.0.113.1" }
    for (let attempt = 0; attempt < 5; attempt++) await errorOf(api.authentication.token(wrong))
    assert.instanceOf(await errorOf(api.authentication.token(wrong)), TooManyAttempts)
    await api.dispose()
  })
  it("a method returns an error with a tag, and orThrow throws it", async () => {
    const { caller, draft, communication_identifier } = await given()
    await communications.complete({ caller, communication_identifier })
    const again = await communications.complete({ caller, communication_identifier })
    if (again.ok || again.error._tag !== "NotDraft") return assert.fail("expected NotDraft")
    assert.deepInclude(again.error, { id: draft.id, number: draft.number, life_cycle_state: "COMPLETED" })
    const error = await orThrow(communications.complete({ caller, communication_identifier })).catch(
      (error: unknown) => error
    )
    assert.deepStrictEqual(error, again.error)
  })
  it("a method returns the version beside the value, and complete accepts it as expectedVersion", async () => {
    const { caller, communication_identifier } = await given()
    const shown = await communications.show({ caller, communication_identifier })
    if (!shown.ok) return assert.fail(String(shown.error))
    const completing = (options: Parameters<typeof communications.complete>[1]) =>
      communications.complete({ caller, communication_identifier }, options)
    const stale = await errorOf(completing({ expectedVersion: shown.version + 1 }))
    assert.instanceOf(stale, StaleVersion)
    assert.strictEqual(stale.version, shown.version)
    const invalid = await errorOf(completing({ expectedVersion: 0.5 }))
    assert.deepStrictEqual(invalid, new InvalidRequest({ reason: "expectedVersion: expected an integer" }))
    const notANumber = await errorOf(completing(JSON.parse('{ "expectedVersion": "1" }')))
    assert.deepStrictEqual(
      notANumber,
      new InvalidRequest({ reason: "expectedVersion: expected a number, an array or null" })
    )
    const completed = await completing({ expectedVersion: shown.version, request_id: "r1" })
    assert.strictEqual(completed.ok && completed.version, 2)
  })
  it("list returns the after of the next page beside the value", async () => {
    const { caller, contact_information_identifier } = await given()
    await communications.create({ caller, contact_information_identifier, ...anEmail })
    const query = { caller, contact_information_identifier, number_of_results: 1 }
    const first = await communications.list(query)
    if (!first.ok || first.nextAfter === undefined) return assert.fail("expected another page")
    const second = await communications.list({ ...query, after: first.nextAfter })
    assert.isTrue(second.ok)
    assert.notProperty(second, "nextAfter")
  })
  it("returns the named fields, and refuses unknown ones", async () => {
    const { caller, draft, communication_identifier } = await given()
    const fields_set = "number,contact_information.name"
    const shown = await communications.show({ caller, communication_identifier, fields_set })
    assert.deepStrictEqual(shown, {
      ok: true,
      value: { number: draft.number, contact_information: { name: "Ada Lovelace" } },
      version: 1
    })
    const unknown = await communications.show({ caller, communication_identifier, fields_set: ["nope"] })
    if (unknown.ok) return assert.fail("expected UnknownFields")
    assert.strictEqual(unknown.error._tag, "UnknownFields")
  })
  it("refuses an unknown token, an invalid caller, and an ambiguous identifier", async () => {
    const { caller } = await given()
    assert.deepStrictEqual(
      await errorOf(communications.complete({ token: freshId(), communication_identifier: { number: "1" } })),
      new InvalidToken()
    )
    assert.deepStrictEqual(
      await errorOf(communications.complete({ caller: { ...caller, user: "ada" }, communication_identifier: {} })),
      new InvalidCaller({ member: "user" })
    )
    assert.deepStrictEqual(
      await errorOf(communications.complete({ caller, communication_identifier: {} })),
      new AmbiguousIdentifier({ given: {} })
    )
    assert.deepStrictEqual(await errorOf(authentication.release({ token: freshId() })), new InvalidToken())
  })
  it("refuses invalid contact information, and names the invalid member", async () => {
    const { caller } = await given()
    const company = { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "" } as const
    const error = await errorOf(contact_information.create({ caller, ...company }))
    assert.instanceOf(error, InvalidRequest)
    assert.include(error.message, "company_name")
  })
  it("refuses text that is not well-formed or has the character U+0000, and stores nothing", async () => {
    const { caller, contact_information_identifier } = await given()
    for (const text of ["\u0000", "\ud800"]) {
      for (const member of ["subject", "content"]) {
        const draft = { caller, contact_information_identifier, ...anEmail, [member]: text }
        const error = await errorOf(communications.create(draft))
        assert.instanceOf(error, InvalidRequest)
        assert.include(error.message, member)
      }
    }
    assert.lengthOf(await orThrow(communications.list({ caller, life_cycle_state: "DRAFT" })), 1)
  })
  it("results have the types of the domain, with optional members if fields_set is passed", async () => {
    const { caller, contact_information_identifier, communication_identifier } = await given()
    const request = { caller, communication_identifier }
    const completed = await orThrow(communications.complete(request))
    expectTypeOf(completed).toEqualTypeOf<CommunicationDetails>()
    assert.strictEqual(completed.completed_by, caller.user)
    assert.match(String(completed.completed_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expectTypeOf(await orThrow(communications.show(request))).toEqualTypeOf<CommunicationDetails>()
    expectTypeOf(await orThrow(communications.view(request))).toEqualTypeOf<CommunicationDetails>()
    const list = communications.list({ caller, contact_information_identifier })
    expectTypeOf(await orThrow(list)).toEqualTypeOf<ReadonlyArray<CommunicationDetails>>()
    const contact = contact_information.show({ caller, contact_information_identifier })
    expectTypeOf(await orThrow(contact)).toEqualTypeOf<ContactInformation>()
    for (const fields_set of ["number", null, undefined, ["number"]] satisfies ReadonlyArray<FieldsInput>) {
      const shown = await orThrow(communications.show({ ...request, fields_set }))
      expectTypeOf(shown).toEqualTypeOf<Sparse<CommunicationWithHistory>>()
      assert.property(shown, "number")
    }
  })
  it("the type of a method lists its errors", () => {
    type Refusal<Method extends (...args: never) => Promise<unknown>> = Extract<
      Awaited<ReturnType<Method>>,
      { readonly ok: false; readonly error: { readonly _tag: string } }
    >["error"]["_tag"]
    expectTypeOf<Refusal<typeof communications.complete>>().toEqualTypeOf<
      | "InvalidRequest"
      | "UnknownFields"
      | "InvalidCaller"
      | "InvalidToken"
      | "AmbiguousIdentifier"
      | "IdempotencyKeyReused"
      | "CommunicationNotFound"
      | "StaleVersion"
      | "NotDraft"
      | "StorageUnavailable"
    >()
    expectTypeOf<Refusal<typeof authentication.token>>().toEqualTypeOf<
      "InvalidRequest" | "InvalidCredentials" | "TooManyAttempts" | "StorageUnavailable"
    >()
    expectTypeOf<Refusal<typeof authentication.release>>().toEqualTypeOf<
      "InvalidRequest" | "InvalidToken" | "StorageUnavailable"
    >()
  })
})
