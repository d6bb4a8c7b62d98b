import { DateTime, Duration, Effect, Redacted } from "effect"
import { Draft } from "../domain/Communication.ts"
import type { IdentifierInput } from "../domain/IdentifierInput.ts"
import { CommunicationId, CommunicationNumber, ContactInformationId, Name } from "../domain/Identity.ts"
import { Accounts } from "../ports/Accounts.ts"
import { Sessions } from "../ports/Sessions.ts"
import { aDraft, anAct, aPerson, freshCaller, freshId, freshToken, store } from "./Fixtures.ts"

/** The ids, the number and the username that both organisations use. */
const freshTwin = () => ({
  id: CommunicationId.make(freshId()),
  number: CommunicationNumber.make("41"),
  contact: ContactInformationId.make(freshId()),
  username: Name.make(freshId())
})

/**
 * Makes an organisation with two drafts: `twin` has the same ids and number in both organisations, `own` is older and
 * exists only here. The text `mark` is in all data of the organisation.
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
  for (const draft of [drafts.own, drafts.twin]) {
    yield* store(caller.organisation, draft, { ...anAct(), request_id: mark })
  }
  yield* (yield* Accounts).addOrganisation(caller.organisation, organisation)
  yield* (yield* Accounts).addUser(caller, twin.username, password)
  yield* (yield* Sessions).open(token, caller, Duration.days(1))
  return { ...drafts, caller, token, mark, credentials: { organisation, username: twin.username, password } }
})
export type Tenant = Effect.Success<ReturnType<typeof tenant>>

/** Two organisations whose data has the same ids, numbers and names as far as possible. */
export const twoTenants = Effect.suspend(() => {
  const twin = freshTwin()
  return Effect.all([tenant(twin), tenant(twin)])
})

/** The communication and the contact that an operation is called on. */
export interface Target {
  readonly communication: IdentifierInput
  readonly contact: string
}

/** A draft with its contact, identified by id and by number. */
export const targetsOf = ({ id, number, contact_information }: Draft): ReadonlyArray<Target> =>
  [{ id }, { number }].map((communication) => ({ communication, contact: contact_information.id }))
