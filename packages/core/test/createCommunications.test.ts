import {
  AmbiguousIdentifier,
  createCommunications,
  InvalidCaller,
  InvalidContactInformation,
  InvalidDraft,
  InvalidToken,
  layerMemory,
  orThrow
} from "@communications/core"
import { freshCaller, freshId } from "@communications/core/testing"
import { afterAll, assert, describe, expectTypeOf, it } from "vitest"

const communications = createCommunications(layerMemory)
afterAll(() => communications.dispose())

const uuid = (hex: string) => hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")

/** A user's draft, made with nothing but promises. */
const given = async () => {
  const { organisation, user } = freshCaller()
  const caller = { organisation: uuid(organisation), user: uuid(user) }
  const contact = await orThrow(
    communications.createContactInformation({
      caller,
      contact_information: { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }
    })
  )
  const draft = await orThrow(
    communications.create({ caller, contact_information: contact.id, direction: "OUTGOING", media: "EMAIL" })
  )
  return { caller: { organisation, user }, contact, draft, identifier: { number: draft.number } }
}

describe("for hosts without Effect", () => {
  it("the whole way from a contact to what subscribers are told", async () => {
    const { caller, contact, draft, identifier } = await given()
    assert.deepInclude(contact, { name: "Ada Lovelace", middle_name: null })
    const heard = Promise.withResolvers<{ readonly communication: string; readonly by: string }>()
    let attempts = 0
    const subscription = communications.subscribe({
      subscription: freshId(),
      handler: async (event) => {
        if (attempts++ === 0) throw new Error("the handler fails at first")
        heard.resolve(event)
      }
    })
    const completed = await communications.complete({ caller, identifier })
    assert.deepInclude(completed, { ok: true })
    const { communication, by } = await heard.promise
    assert.deepStrictEqual([communication, by], [draft.id, caller.user])
    await subscription.stop()
    const viewed = await orThrow(communications.view({ caller, identifier }))
    assert.isTrue(viewed.viewed)
    assert.deepStrictEqual(await orThrow(communications.show({ caller, identifier })), viewed)
    assert.deepStrictEqual(await orThrow(communications.list({ caller, life_cycle_state: "COMPLETED" })), [viewed])
    assert.deepStrictEqual(
      (await orThrow(communications.history({ caller, identifier }))).map(({ from, to }) => [from, to]),
      [
        [null, "DRAFT"],
        ["DRAFT", "COMPLETED"]
      ]
    )
    assert.deepStrictEqual(await orThrow(communications.showContactInformation({ caller, id: contact.id })), contact)
  })
  it("an error is a value, told apart by its tag, and thrown by orThrow", async () => {
    const { caller, draft, identifier } = await given()
    await communications.complete({ caller, identifier })
    const again = await communications.complete({ caller, identifier })
    if (again.ok || again.error._tag !== "NotDraft") return assert.fail("it is no draft any more")
    assert.deepInclude(again.error, { id: draft.id, life_cycle_state: "COMPLETED" })
    const error = await orThrow(communications.complete({ caller, identifier })).catch((error: unknown) => error)
    assert.deepStrictEqual(error, again.error)
  })
  it("answers the fields that are named", async () => {
    const { caller, draft, identifier } = await given()
    const shown = await communications.show({ caller, identifier, fieldsSet: "number,contact_information.name" })
    assert.deepStrictEqual(shown, {
      ok: true,
      value: { number: draft.number, contact_information: { name: "Ada Lovelace" } }
    })
    const unknown = await communications.show({ caller, identifier, fieldsSet: ["nope"] })
    if (unknown.ok) return assert.fail("there is no such field")
    assert.strictEqual(unknown.error._tag, "UnknownFields")
  })
  it("refuses who is nobody, and what is nothing", async () => {
    const { caller } = await given()
    const refused = async (outcome: Promise<{ readonly ok: boolean; readonly error?: unknown }>) =>
      (await outcome).error
    assert.deepStrictEqual(
      await refused(communications.complete({ token: freshId(), identifier: { number: "1" } })),
      new InvalidToken()
    )
    assert.deepStrictEqual(
      await refused(communications.complete({ caller: { ...caller, user: "ada" }, identifier: {} })),
      new InvalidCaller({ member: "user" })
    )
    assert.deepStrictEqual(
      await refused(communications.complete({ caller, identifier: {} })),
      new AmbiguousIdentifier({ given: {} })
    )
    assert.instanceOf(
      await refused(
        communications.createContactInformation({
          caller,
          contact_information: { type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "" }
        })
      ),
      InvalidContactInformation
    )
  })
  it("text that no store can carry is no draft, and stores nothing", async () => {
    const { caller, contact } = await given()
    for (const text of ["\u0000", "\ud800"]) {
      for (const member of ["subject", "content"]) {
        const said = {
          caller,
          contact_information: contact.id,
          direction: "OUTGOING",
          media: "EMAIL",
          [member]: text
        } as const
        const refused = await communications.create(said)
        assert.instanceOf(!refused.ok && refused.error, InvalidDraft)
        assert.include(!refused.ok && refused.error.message, member)
      }
    }
    assert.lengthOf(await orThrow(communications.list({ caller, life_cycle_state: "DRAFT" })), 1)
  })
  it("types tell what may come of it", () => {
    type Completed = Awaited<ReturnType<typeof communications.complete>>
    expectTypeOf<Extract<Completed, { ok: false }>["error"]["_tag"]>().toEqualTypeOf<
      | "UnknownFields"
      | "InvalidCaller"
      | "InvalidToken"
      | "AmbiguousIdentifier"
      | "CommunicationNotFound"
      | "NotDraft"
      | "StorageUnavailable"
    >()
  })
})
