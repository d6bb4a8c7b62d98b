import { Effect, Result } from "effect"
import { parseCaller } from "../domain/Caller.ts"
import { type CommunicationDetails, toDetails } from "../domain/CommunicationData.ts"
import type { Company, ContactInformation, Person } from "../domain/ContactInformation.ts"
import { completion } from "../domain/Steps.ts"
import { Communications } from "../ports/Communications.ts"
import { ContactInformations } from "../ports/ContactInformations.ts"
import {
  aCompany,
  aDraft,
  anAct,
  aPerson,
  type TestCompany,
  type TestDraft,
  type TestPerson,
  type TestTime
} from "./Builders.ts"

/** A user of an organisation, by ids in hexadecimal digits or as UUIDs. */
export interface TestCaller {
  readonly organisation: string
  readonly user: string
}

/** The members of a completed communication that a test names. */
export interface TestCompleted extends TestDraft {
  readonly completed_at?: TestTime
  readonly completed_by?: string
}

/** Seeds belong to the organisation of the test's caller, unless they name another caller. */
export type Seed<Given> = Given & { readonly caller?: TestCaller }

/** Stores the data that the code under test finds. A seed names only the members that matter to the test. */
export interface Seeds {
  /** Stores a person. */
  readonly person: (given?: Seed<TestPerson>) => Person
  /** Stores a company. */
  readonly company: (given?: Seed<TestCompany>) => Company
  /**
   * Stores a draft, and its contact unless that is stored already. By default it is created now, with the next free
   * number and a new person.
   */
  readonly draft: (given?: Seed<TestDraft>) => CommunicationDetails
  /** Stores a draft and completes it, by default now and by the caller. */
  readonly completed: (given?: Seed<TestCompleted>) => CommunicationDetails
}

type Stored = Communications | ContactInformations

/** Seeds that `store` stores at once. */
export const makeSeeds = (
  own: TestCaller,
  now: () => Date,
  store: <A, E>(effect: Effect.Effect<A, E, Stored>) => A
): Seeds => {
  const parse = (caller: TestCaller = own) => Result.getOrThrow(parseCaller(caller))

  const contact = <Contact extends ContactInformation>(caller: TestCaller | undefined, contact: Contact): Contact =>
    store(
      Effect.gen(function* () {
        yield* (yield* ContactInformations).add(parse(caller).organisation, contact)
        return contact
      })
    )

  const draft = Effect.fnUntraced(function* ({ caller, created_at = now(), ...given }: Seed<TestDraft>) {
    const { organisation, user } = parse(caller)
    const made = aDraft({ ...given, created_at })
    const act = { ...anAct({ by: user, request_id: null }), at: made.created_at }
    const communications = yield* Communications
    yield* (yield* ContactInformations)
      .add(organisation, made.contact_information)
      .pipe(Effect.catchTag("ContactInformationExists", () => Effect.void))
    if (given.number === undefined)
      return yield* communications.create(organisation, (number) => ({ ...made, number }), act)
    yield* communications.add(organisation, made, act)
    return made
  })

  return {
    person: ({ caller, ...given } = {}) => contact(caller, aPerson(given)),
    company: ({ caller, ...given } = {}) => contact(caller, aCompany(given)),
    draft: (given = {}) => toDetails(store(draft(given))),
    completed: ({ completed_at = now(), completed_by, ...given } = {}) => {
      const { organisation, user } = parse(given.caller)
      const act = anAct({ at: completed_at, by: completed_by ?? user, request_id: null })
      const completing = Effect.gen(function* () {
        const { id } = yield* draft(given)
        return yield* (yield* Communications).take(organisation, { _tag: "Id", id }, completion, act)
      })
      return toDetails(store(completing))
    }
  }
}
