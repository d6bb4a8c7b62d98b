/** Data to try the software with: nothing in it is real, and its passwords and tokens are known to everyone. */
import {
  type Caller,
  CommunicationId,
  CommunicationNumber,
  Communications,
  Completed,
  type ContactInformation,
  Draft,
  OrganisationId,
  parseToken,
  Sessions,
  UserId
} from "@communications/core"
import { DateTime, Effect, Redacted } from "effect"
import { company, idOf, kathy, others, stephane } from "./contacts.ts"

/** The token of the documented example: it stands for the user `demo` of CRMDEMO. */
export const documentedToken = "B679A1250F36F8D4DAF607B2D83ED551"

const organisation = (name: string, username: string, token: string) => ({
  caller: { organisation: OrganisationId.make(idOf(name)), user: UserId.make(idOf(`${name} ${username}`)) },
  token: Redacted.make(token)
})
const crmdemo = organisation("CRMDEMO", "demo", documentedToken)
const otherdemo = organisation("OTHERDEMO", "other", "4AD9C84FA60F9FE407140E20F707726A")

/** The sessions stay open for as long as the data stands. */
const forever = DateTime.makeUnsafe("9999-12-31T23:59:59.999Z")

const members = (name: string, number: number, contact_information: ContactInformation) => ({
  id: CommunicationId.make(idOf(`${name} communication ${number}`)),
  number: CommunicationNumber.make(String(number)),
  subject: `Communication ${number} of ${name}`,
  viewed_on: null,
  contact_information
})

const contactOf = (number: number): ContactInformation =>
  [stephane, company, kathy][number - 41] ?? others[number % others.length] ?? stephane

const communicationsOfCrmdemo = ({ user }: Caller) => [
  new Completed({
    ...members("CRMDEMO", 40, contactOf(40)),
    viewed_on: DateTime.makeUnsafe("2026-01-16T09:30:00Z"),
    completed_at: DateTime.makeUnsafe("2026-01-15T16:45:00Z"),
    completed_by: user
  }),
  new Draft({ ...members("CRMDEMO", 41, stephane), id: CommunicationId.make("252F3A1A87C26866A1E1A1B18D6043EA") }),
  ...Array.from({ length: 19 }, (_, index) => new Draft(members("CRMDEMO", 42 + index, contactOf(42 + index))))
]

const communicationsOfOtherdemo = [41, 900].map(
  (number) => new Draft(members("OTHERDEMO", number, others[number % others.length] ?? stephane))
)

/** Stores the demonstration data; what is there already stays as it is. */
export const seed = Effect.gen(function* () {
  const [communications, sessions] = [yield* Communications, yield* Sessions]
  for (const [{ caller, token }, all] of [
    [crmdemo, communicationsOfCrmdemo(crmdemo.caller)],
    [otherdemo, communicationsOfOtherdemo]
  ] as const) {
    for (const communication of all) {
      yield* communications
        .add(caller.organisation, communication)
        .pipe(Effect.catchTag("CommunicationExists", () => Effect.void))
    }
    yield* sessions.open(yield* Effect.orDie(Effect.fromResult(parseToken(token))), caller, forever)
  }
})
