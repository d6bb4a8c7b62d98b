import * as Core from "@communications/core"
import { assert, describe, it } from "vitest"

const hex = "0123456789ABCDEF0123456789ABCDEF"
const [id, number] = [Core.CommunicationId.make(hex), Core.CommunicationNumber.make("41")]
const contact = Core.ContactInformationId.make(hex)
const storage = { operation: "Communications.find", reason: "conflict" } as const

describe("the message of an error has what a person can act on", () => {
  it.each([
    [() => new Core.InvalidToken(), "token"],
    [() => new Core.InvalidCaller({ member: "organisation" }), "organisation"],
    [() => new Core.InvalidCredentials(), "password"],
    [() => new Core.TooManyAttempts({ retry_after: 17 }), "17 s"],
    [() => new Core.OrganisationNotFound({ name: "Acme" }), '"Acme"'],
    [() => new Core.OrganisationExists({ name: "Acme" }), '"Acme"'],
    [() => new Core.UserNotFound({ username: "ada" }), '"ada"'],
    [() => new Core.UserExists({ username: "ada" }), '"ada"'],
    [() => new Core.CommunicationNotFound({ identifier: { id } }), `id "${id}"`],
    [() => new Core.CommunicationNotFound({ identifier: { number } }), 'number "41"'],
    [() => new Core.CommunicationNotFound({ identifier: { id: null, number } }), 'number "41"'],
    [() => new Core.AmbiguousIdentifier({ given: { id, number } }), "both"],
    [() => new Core.CommunicationExists({ id, number }), '"41"'],
    [() => new Core.StaleVersion({ id, number, version: 3 }), "version 3"],
    [() => new Core.ContactInformationNotFound({ id: contact }), contact],
    [() => new Core.ContactInformationExists({ id: contact }), contact],
    [() => new Core.InvalidRequest({ reason: "a reason" }), "a reason"],
    [() => new Core.IdempotencyKeyReused({ key: "key 1" }), '"key 1"'],
    [() => new Core.InvalidQuery({ parameter: "limit", expected: "a number" }), "limit: expected a number"],
    [() => new Core.StorageUnavailable(storage), "(Communications.find)"],
    [() => new Core.StorageUnavailable({ ...storage, sqlState: "40001" }), "(Communications.find, SQLSTATE 40001)"],
    [() => new Core.SubscriptionTaken({ subscription: "mail" }), '"mail"'],
    [() => new Core.SubscriptionInTransaction({ subscription: "mail" }), '"mail"']
  ])("%s %s", (make, expected) => {
    assert.include(make().message, expected)
  })
})
