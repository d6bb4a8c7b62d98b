/** Ports in memory for the tests of HTTP adapters, always with the same data. Completing two communications fails. */
import { Accounts, Communications, layerMemory, Name, Sessions, StorageUnavailable } from "@communications/core"
import { aDraft, freshCaller, freshId, freshToken, store } from "@communications/core/testing"
import { Duration, Effect, Layer, Logger, Redacted } from "effect"

const caller = freshCaller()
const organisation = freshId()
const session = freshToken()
const drafts = ["41", "42", "43", "unavailable", "defect"].map((number) => aDraft(number))

/** The token of an open session. */
export const adapterToken = Redacted.value(session)

/** The id of a contact of its organisation. */
export const adapterContact = drafts[0]?.contact_information.id ?? ""

/** The credentials of its user. */
export const adapterCredentials = { organisation, username: "demo", password: "secret" }

/** The ids of all stored data. Requests generate all other ids. */
export const adapterIds: ReadonlySet<string> = new Set(
  drafts.flatMap(({ id, contact_information }) => [id, contact_information.id])
)

const data = Layer.effectDiscard(
  Effect.gen(function* () {
    const accounts = yield* Accounts
    yield* accounts.addOrganisation(caller.organisation, Name.make(organisation))
    yield* accounts.addUser(caller, Name.make("demo"), Redacted.make("secret"))
    yield* (yield* Sessions).open(session, caller, Duration.days(1))
    for (const draft of drafts) yield* store(caller.organisation, draft)
  }).pipe(Effect.orDie)
)

/** Completing `unavailable` fails because the database is unreachable; completing `defect` fails because of a bug. */
const broken = Layer.effect(
  Communications,
  Effect.map(Communications, (communications) =>
    Communications.of({
      ...communications,
      take: (organisation, identifier, step, act) => {
        const text = JSON.stringify(identifier)
        if (text.includes("defect")) return Effect.die(new Error("a bug"))
        if (!text.includes("unavailable")) return communications.take(organisation, identifier, step, act)
        const cause = new Error("connection lost")
        return Effect.fail(new StorageUnavailable({ operation: "Communications.take", reason: "unreachable", cause }))
      }
    })
  )
)

/** The ports, without log output. */
export const adapterPorts = Layer.mergeAll(
  broken.pipe(Layer.provideMerge(data), Layer.provideMerge(layerMemory)),
  Logger.layer([])
)
