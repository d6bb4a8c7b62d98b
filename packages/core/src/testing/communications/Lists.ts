import { DateTime, Effect } from "effect"
import { type Communication, Completed, Direction, Draft, lifeCycleState, Media } from "../../domain/Communication.ts"
import { CommunicationNumber, type OrganisationId, UserId } from "../../domain/Identity.ts"
import { LifeCycleState } from "../../domain/LifeCycle.ts"
import { completion } from "../../domain/Steps.ts"
import { Communications } from "../../ports/Communications.ts"
import { expectEqual } from "../Clause.ts"
import { aDraft, anAct, aPerson, freshId, freshOrganisation, noon, store } from "../Fixtures.ts"
import { byId, type Clauses } from "./Given.ts"

const contacts = [aPerson(), aPerson()]

/** 60 communications of all states, directions and media, with two contacts. Many have the same `created_at`. */
const anArchive = (): ReadonlyArray<Communication> =>
  Array.from({ length: 60 }, (_, index) => {
    const { _tag, ...draft } = aDraft({ content: `Letter ${index}` })
    const members = {
      ...draft,
      number: CommunicationNumber.make(String(index)),
      created_at: DateTime.add(noon, { seconds: index % 7 }),
      direction: Direction.literals[index % 2] ?? "OUTGOING",
      media: Media.literals[Math.floor(index / 2) % 5] ?? "EMAIL",
      contact_information: contacts[Math.floor(index / 4) % 2] ?? aPerson()
    }
    return index % 3 === 0
      ? Completed.make({ ...members, completed_at: noon, completed_by: UserId.make(freshId()) })
      : Draft.make(members)
  })

/** Sorts newest first. Comparing text is enough, because all times and ids have the same length. */
const newestFirst = (communications: ReadonlyArray<Communication>): ReadonlyArray<Communication> => {
  const key = ({ created_at, id }: Communication) => DateTime.formatIso(created_at) + id
  return [...communications].sort((left, right) => (key(left) < key(right) ? 1 : -1))
}

/** Stores an archive in a new organisation, and another archive with the same contacts in a second organisation. */
const given = Effect.gen(function* () {
  const communications = yield* Communications
  const [organisation, archive] = [freshOrganisation(), anArchive()]
  const storeIn = (organisation: OrganisationId, all: ReadonlyArray<Communication>) =>
    Effect.forEach(all, (communication) => store(organisation, communication), { discard: true })
  yield* storeIn(organisation, archive)
  yield* storeIn(freshOrganisation(), anArchive())
  return { communications, organisation, archive }
})

const orAny = <A>(values: ReadonlyArray<A>): ReadonlyArray<A | undefined> => [undefined, ...values]

/** The guarantees of `Communications` about lists. */
export const listClauses: Clauses = [
  {
    name: "a list has the matching communications of its organisation, newest first, with any filters",
    test: Effect.gen(function* () {
      const { communications, organisation, archive } = yield* given
      for (const contact_information of orAny(contacts.map(({ id }) => id))) {
        for (const life_cycle_state of orAny(LifeCycleState.literals)) {
          for (const direction of orAny(Direction.literals)) {
            for (const media of orAny(Media.literals)) {
              const filter = { contact_information, life_cycle_state, direction, media }
              const expected = archive.filter(
                (found) =>
                  [undefined, found.contact_information.id].includes(contact_information) &&
                  [undefined, lifeCycleState(found)].includes(life_cycle_state) &&
                  [undefined, found.direction].includes(direction) &&
                  [undefined, found.media].includes(media)
              )
              yield* expectEqual(
                yield* communications.list(organisation, { ...filter, offset: 0, limit: 100 }),
                newestFirst(expected)
              )
            }
          }
        }
      }
    })
  },
  {
    name: "paging by offset or by after returns each communication once, in order",
    test: Effect.gen(function* () {
      const { communications, organisation, archive } = yield* given
      const filter = { life_cycle_state: "DRAFT", limit: 7 } as const
      const expected = newestFirst(archive.filter(({ _tag }) => _tag === "Draft"))
      const byOffset: Array<Communication> = []
      const byAfter: Array<Communication> = []
      for (let offset = 0; offset < 42; offset += 7) {
        byOffset.push(...(yield* communications.list(organisation, { ...filter, offset })))
        const after = byAfter.at(-1)?.id
        byAfter.push(...(yield* communications.list(organisation, { ...filter, after, offset: 0 })))
      }
      yield* expectEqual(byOffset, expected)
      yield* expectEqual(byAfter, expected)
      const after = expected[9]?.id
      const inTheMiddle = yield* communications.list(organisation, { ...filter, after, offset: 5, limit: 3 })
      yield* expectEqual(inTheMiddle, expected.slice(15, 18))
      yield* expectEqual(yield* communications.list(organisation, { ...filter, offset: 1_000_000 }), [])
    })
  },
  {
    name: "a list that omits the content has null instead, and everything else",
    test: Effect.gen(function* () {
      const { communications, organisation, archive } = yield* given
      for (const life_cycle_state of LifeCycleState.literals) {
        const listed = archive.filter((communication) => lifeCycleState(communication) === life_cycle_state)
        const query = { life_cycle_state, offset: 0, limit: 100, omitsContent: true }
        yield* expectEqual(
          yield* communications.list(organisation, query),
          newestFirst(listed).map((communication) => ({ ...communication, content: null }))
        )
      }
    })
  },
  {
    name: "an after that the organisation does not have returns an empty list",
    test: Effect.gen(function* () {
      const { communications, organisation, archive } = yield* given
      const [stranger, other] = [aDraft(), freshOrganisation()]
      yield* store(other, stranger)
      for (const after of [stranger.id, aDraft().id]) {
        yield* expectEqual(
          yield* communications.list(organisation, { life_cycle_state: "DRAFT", after, offset: 0, limit: 100 }),
          []
        )
      }
      const after = newestFirst(archive)[59]?.id
      yield* expectEqual(
        yield* communications.list(other, { life_cycle_state: "DRAFT", after, offset: 0, limit: 1 }),
        []
      )
    })
  },
  {
    name: "a new communication is listed first, and after a step it is listed under its new state",
    test: Effect.gen(function* () {
      const communications = yield* Communications
      const organisation = freshOrganisation()
      const first = aDraft("1")
      yield* store(organisation, first)
      const second = { ...aDraft("2"), created_at: DateTime.add(first.created_at, { milliseconds: 1 }) }
      yield* store(organisation, second)
      const list = (life_cycle_state: LifeCycleState) =>
        communications.list(organisation, { life_cycle_state, offset: 0, limit: 25 })
      yield* expectEqual(yield* list("DRAFT"), [second, first])
      const completed = yield* communications.take(organisation, byId(second), completion, anAct())
      yield* expectEqual(yield* list("DRAFT"), [first])
      yield* expectEqual(yield* list("COMPLETED"), [completed])
    })
  }
]
