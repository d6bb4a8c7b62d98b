import { ContactInformations, type Ports, RequestId, Sessions } from "@communications/core"
import { aPerson, freshCaller, freshToken } from "@communications/core/testing"
import { Duration, Effect } from "effect"

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
