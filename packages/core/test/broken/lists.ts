import { type Communication, Communications, ContactInformations, type OrganisationId } from "@communications/core"
import { Array, DateTime, Effect, Order } from "effect"
import { faulty } from "./Broken.ts"

const communications = faulty(Communications)
const contacts = faulty(ContactInformations)

const listClause =
  "Communications: a list has the matching communications of its organisation, newest first, with any filters"
const pageClause = "Communications: paging by offset or by after returns each communication once, in order"

/** Adapters of `Communications` and `ContactInformations`, each with a fault in its lists. */
export const brokenLists = [
  communications("lists the communications of every organisation", listClause, (sound) => {
    const organisations = new Set<OrganisationId>()
    return {
      add: (organisation, communication, act) => {
        organisations.add(organisation)
        return sound.add(organisation, communication, act)
      },
      list: (_, query) =>
        Effect.map(
          Effect.forEach(organisations, (one) => sound.list(one, query)),
          Array.flatten
        )
    }
  }),
  communications("lists oldest first", listClause, (sound) => ({
    list: (organisation, query) => Effect.map(sound.list(organisation, query), Array.reverse)
  })),
  communications("loses the order of communications that were created at the same time", listClause, (sound) => ({
    list: (organisation, query) =>
      Effect.map(
        sound.list(organisation, query),
        Array.sort(
          Order.combine(
            Order.mapInput(Order.flip(DateTime.Order), ({ created_at }: Communication) => created_at),
            Order.mapInput(Order.String, ({ id }: Communication) => id)
          )
        )
      )
  })),
  communications(
    "reads the content although nobody needs it",
    "Communications: a list that omits the content has null instead, and everything else",
    (sound) => ({
      list: (organisation, { omitsContent: _, ...query }) => sound.list(organisation, query)
    })
  ),
  communications("returns more than the limit", pageClause, (sound) => ({
    list: (organisation, query) => sound.list(organisation, { ...query, limit: query.limit + 1 })
  })),
  communications("applies an offset that is one too small", pageClause, (sound) => ({
    list: (organisation, query) => sound.list(organisation, { ...query, offset: Math.max(query.offset - 1, 0) })
  })),
  communications("ignores after", pageClause, (sound) => ({
    list: (organisation, { after: _, ...query }) => sound.list(organisation, query)
  })),
  communications(
    "ignores an unknown after",
    "Communications: an after that the organisation does not have returns an empty list",
    (sound) => ({
      list: (organisation, query) =>
        Effect.flatMap(sound.list(organisation, query), (found) =>
          found.length > 0 ? Effect.succeed(found) : sound.list(organisation, { ...query, after: undefined })
        )
    })
  ),
  communications(
    "also lists completed communications as drafts",
    "Communications: a new communication is listed first, and after a step it is listed under its new state",
    (sound) => ({
      list: (organisation, query) =>
        sound.list(organisation, query.life_cycle_state === "DRAFT" ? { ...query, life_cycle_state: undefined } : query)
    })
  ),
  contacts(
    "lists the oldest contact first",
    "ContactInformations: a list has the matching contacts of its organisation, newest first, a page after a contact",
    (sound) => ({
      list: (organisation, query) => Effect.map(sound.list(organisation, query), Array.reverse)
    })
  ),
  contacts(
    "finds names with the same case only",
    "ContactInformations: a list finds the names that begin with a text, whatever the case and the accents of both",
    (sound) => ({
      list: (organisation, query) =>
        Effect.map(
          sound.list(organisation, query),
          Array.filter(({ name }) => name.startsWith(query.name ?? ""))
        )
    })
  )
]
