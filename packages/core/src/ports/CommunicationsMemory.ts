import { Effect, Layer } from "effect"
import type { Communication } from "../domain/Communication.ts"
import { CommunicationExists, CommunicationNotFound } from "../domain/Errors.ts"
import type { CommunicationId, CommunicationNumber, OrganisationId } from "../domain/Identity.ts"
import { Communications } from "./Communications.ts"

/** What one organisation has: its communications by id, and their ids by number. */
interface Shelf {
  readonly communications: Map<CommunicationId, Communication>
  readonly ids: Map<CommunicationNumber, CommunicationId>
}

/** Communications in memory, for tests and for trying things out: gone with the process. */
export const layerMemory: Layer.Layer<Communications> = Layer.sync(Communications, () => {
  const shelves = new Map<OrganisationId, Shelf>()
  const shelfOf = (organisation: OrganisationId): Shelf => {
    const shelf = shelves.get(organisation) ?? { communications: new Map(), ids: new Map() }
    shelves.set(organisation, shelf)
    return shelf
  }
  return Communications.of({
    add: Effect.fnUntraced(function* (organisation, communication) {
      const { id, number } = communication
      const { communications, ids } = shelfOf(organisation)
      if (communications.has(id) || ids.has(number)) return yield* new CommunicationExists({ id, number })
      communications.set(id, communication)
      ids.set(number, id)
    }),
    modify: Effect.fnUntraced(function* (organisation, identifier, transition) {
      const { communications, ids } = shelfOf(organisation)
      const id = identifier._tag === "Id" ? identifier.id : ids.get(identifier.number)
      const communication = id && communications.get(id)
      if (communication === undefined) return yield* new CommunicationNotFound({ identifier })
      const next = yield* Effect.fromResult(transition(communication))
      communications.set(communication.id, next)
      return next
    })
  })
})
