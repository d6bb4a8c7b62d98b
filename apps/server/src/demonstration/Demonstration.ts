/** The demonstration data. It is fictitious, and its passwords and tokens are public. */
import {
  Accounts,
  type Act,
  type Caller,
  CommunicationId,
  CommunicationNumber,
  Communications,
  type ContactInformation,
  ContactInformations,
  completion,
  Draft,
  Media,
  Name,
  OrganisationId,
  parseToken,
  Sessions,
  UserId
} from "@communications/core"
import { DateTime, Duration, Effect, Redacted } from "effect"
import { company, idOf, kathy, others, stephane } from "./contacts.ts"

/** The token in the documentation's example, of the user `demo` of CRMDEMO. */
export const documentedToken = "B679A1250F36F8D4DAF607B2D83ED551"

const organisation = (name: string, username: string, token: string) => ({
  caller: { organisation: OrganisationId.make(idOf(name)), user: UserId.make(idOf(`${name} ${username}`)) },
  name: Name.make(name),
  username: Name.make(username),
  password: Redacted.make(username),
  token: Redacted.make(token)
})
const crmdemo = organisation("CRMDEMO", "demo", documentedToken)
const otherdemo = organisation("OTHERDEMO", "other", "4AD9C84FA60F9FE407140E20F707726A")

/** The sessions never expire. */
const forever = Duration.days(1_000 * 365)

const members = (name: string, number: number, contact_information: ContactInformation) => ({
  id: CommunicationId.make(idOf(`${name} communication ${number}`)),
  number: CommunicationNumber.make(String(number)),
  created_at: DateTime.makeUnsafe(Date.UTC(2026, 0, 15, 9, 0, number)),
  direction: number % 3 === 0 ? ("INCOMING" as const) : ("OUTGOING" as const),
  media: Media.literals[number % Media.literals.length] ?? "EMAIL",
  subject: `Communication ${number} of ${name}`,
  content: null,
  viewed_on: null,
  contact_information
})

const contactOf = (number: number): ContactInformation =>
  [stephane, company, kathy][number - 41] ?? others[number % others.length] ?? stephane

const draftsOfCrmdemo = [
  Draft.make({ ...members("CRMDEMO", 41, stephane), id: CommunicationId.make("252F3A1A87C26866A1E1A1B18D6043EA") }),
  ...[40, ...Array.from({ length: 19 }, (_, index) => 42 + index)].map((number) =>
    Draft.make(members("CRMDEMO", number, contactOf(number)))
  )
]

/** The author and the contacts of the many drafts that the seed command can add. */
export const manyDrafts = {
  caller: crmdemo.caller,
  contacts: [stephane, company, kathy, ...others].map(({ id }) => id)
}

const draftsOfOtherdemo = [41, 900].map((number) =>
  Draft.make(members("OTHERDEMO", number, others[number % others.length] ?? stephane))
)

const keepExisting = () => Effect.void

/** Stores a draft, and completes and views number 40. Existing data does not change. */
const seedDraft = Effect.fnUntraced(function* ({ organisation, user }: Caller, draft: Draft) {
  const [communications, contacts] = [yield* Communications, yield* ContactInformations]
  const actAt = (at: DateTime.Utc): Act => ({ at, by: user, request_id: null })
  const identifier = { _tag: "Id", id: draft.id } as const
  yield* contacts
    .add(organisation, draft.contact_information)
    .pipe(Effect.catchTag("ContactInformationExists", keepExisting))
  yield* communications.add(organisation, draft, actAt(draft.created_at))
  if (draft.number === "40") {
    yield* communications.take(organisation, identifier, completion, actAt(DateTime.makeUnsafe("2026-01-15T16:45:00Z")))
    yield* communications.view(organisation, identifier, DateTime.makeUnsafe("2026-01-16T09:30:00Z"))
  }
})

/** Stores the demonstration data. Existing data does not change. */
export const seed = Effect.gen(function* () {
  const [accounts, sessions] = [yield* Accounts, yield* Sessions]
  for (const [{ caller, name, username, password, token }, drafts] of [
    [crmdemo, draftsOfCrmdemo],
    [otherdemo, draftsOfOtherdemo]
  ] as const) {
    yield* accounts.addOrganisation(caller.organisation, name).pipe(Effect.catchTag("OrganisationExists", keepExisting))
    yield* accounts.addUser(caller, username, password).pipe(Effect.catchTag("UserExists", keepExisting))
    for (const draft of drafts)
      yield* seedDraft(caller, draft).pipe(Effect.catchTag("CommunicationExists", keepExisting))
    yield* sessions.open(yield* Effect.orDie(Effect.fromResult(parseToken(token))), caller, forever)
  }
})
