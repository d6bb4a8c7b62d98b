import { DateTime, Effect, Redacted } from "effect"
import { Draft } from "../domain/Communication.ts"
import type { GivenIdentifier } from "../domain/GivenIdentifier.ts"
import { CommunicationId, CommunicationNumber, ContactInformationId, Name } from "../domain/Identity.ts"
import { Accounts } from "../ports/Accounts.ts"
import { Sessions } from "../ports/Sessions.ts"
import { aDraft, anAct, aPerson, freshCaller, freshId, freshToken, store } from "./Fixtures.ts"

/** The ids, the number and the username that two organisations share. */
const freshTwin = () => ({
  id: CommunicationId.make(freshId()),
  number: CommunicationNumber.make("41"),
  contact: ContactInformationId.make(freshId()),
  username: Name.make(freshId())
})

/**
 * An organisation with a twin of everything the other has, and an older communication of its own; its mark is on all of it.
 */
const tenant = Effect.fnUntraced(function* (twin: ReturnType<typeof freshTwin>) {
  const [caller, token, mark, organisation] = [freshCaller(), freshToken(), freshId(), Name.make(freshId())]
  const password = Redacted.make(`password ${mark}`)
  const marked = (id: CommunicationId, number: CommunicationNumber, contact: ContactInformationId) => {
    const { _tag, ...members } = aDraft()
    const contact_information = { ...aPerson(), id: contact, name: mark }
    return Draft.make({ ...members, id, number, subject: mark, content: mark, contact_information })
  }
  const own = freshTwin()
  const { _tag, ...older } = marked(own.id, CommunicationNumber.make(freshId()), own.contact)
  const drafts = {
    twin: marked(twin.id, twin.number, twin.contact),
    own: Draft.make({ ...older, created_at: DateTime.subtract(older.created_at, { hours: 1 }) })
  }
  for (const draft of [drafts.twin, drafts.own]) {
    yield* store(caller.organisation, draft, { ...anAct(), request_id: mark })
  }
  yield* (yield* Accounts).addOrganisation(caller.organisation, organisation)
  yield* (yield* Accounts).addUser(caller, twin.username, password)
  yield* (yield* Sessions).open(token, caller, DateTime.makeUnsafe("9999-12-31T00:00:00Z"))
  return { ...drafts, caller, token, mark, credentials: { organisation, username: twin.username, password } }
})
export type Tenant = Effect.Success<ReturnType<typeof tenant>>

/** Two organisations that share as much as they can. */
export const twoTenants = Effect.suspend(() => {
  const twin = freshTwin()
  return Effect.all([tenant(twin), tenant(twin)])
})

/** A communication and a contact, as an operation names them. */
export interface Named {
  readonly communication: GivenIdentifier
  readonly contact: string
}

/** The ways to name a draft, and its contact. */
export const namesOf = ({ id, number, contact_information }: Draft): ReadonlyArray<Named> =>
  [{ id }, { number }].map((communication) => ({ communication, contact: contact_information.id }))
