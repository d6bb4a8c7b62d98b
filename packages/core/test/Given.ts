import {
  Communications,
  ContactInformations,
  createCommunications,
  layerMemory,
  type Methods,
  orThrow,
  type Ports,
  RequestId,
  Sessions,
  type StorageUnavailable
} from "@communications/core"
import { aPerson, freshCaller, freshToken } from "@communications/core/testing"
import { Duration, Effect, Layer } from "effect"
import { assert } from "vitest"

/** Runs an effect with a request id. */
export const onRequest: <A, E, R extends Ports>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> =
  Effect.provideService(RequestId, "the request")

/** Opens a session in a new organisation, and stores a contact there. */
export const given = Effect.gen(function* () {
  const [caller, token, contact] = [freshCaller(), freshToken(), aPerson()]
  yield* (yield* Sessions).open(token, caller, Duration.days(1))
  yield* (yield* ContactInformations).add(caller.organisation, contact)
  return { caller, token, contact, contact_information_identifier: { id: contact.id } }
})

/** The direction and the medium of a new draft. */
export const anEmail = { direction: "OUTGOING", media: "EMAIL" } as const

/** Formats an id as a UUID, in lower case. */
export const uuidOf = (hex: string): string =>
  hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")

/** The methods on ports whose steps end like this. */
export const methodsTaking = (take: Effect.Effect<never, StorageUnavailable>) =>
  createCommunications(
    Layer.effect(
      Communications,
      Effect.map(Communications, (communications) => Communications.of({ ...communications, take: () => take }))
    ).pipe(Layer.provideMerge(layerMemory))
  )

/** Stores a contact in a new organisation, and creates and completes a communication with it. */
export const completeOne = async ({ communications, contact_information }: Methods) => {
  const caller = freshCaller()
  const ada = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" } as const
  const contact = await orThrow(contact_information.create({ caller, ...ada }))
  const contact_information_identifier = { id: contact.id }
  const { id } = await orThrow(communications.create({ caller, contact_information_identifier, ...anEmail }))
  await orThrow(communications.complete({ caller, communication_identifier: { id } }))
}

/** What a promise rejects with; fails the test if it resolves. */
export const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("it resolved"),
    (error: unknown) => error
  )
