/** Ports in memory for the tests of hosts, always with the same data; two of their communications are broken. */
import { Accounts, Communications, layerMemory, Name, Sessions, StorageUnavailable } from "@communications/core"
import { aDraft, freshCaller, freshId, freshToken, store } from "@communications/core/testing"
import { DateTime, Effect, Layer, Logger, Redacted } from "effect"

const caller = freshCaller()
const organisation = freshId()
const session = freshToken()
const drafts = ["41", "42", "43", "unavailable", "defect"].map((number) => aDraft(number))

/** The token of an open session. */
export const hostToken = Redacted.value(session)

/** What its user logs in with. */
export const hostCredentials = { organisation, username: "demo", password: "secret" }

/** The ids of everything there is; any other is made by a request. */
export const hostIds: ReadonlySet<string> = new Set(
  drafts.flatMap(({ id, contact_information }) => [id, contact_information.id])
)

const data = Layer.effectDiscard(
  Effect.gen(function* () {
    const accounts = yield* Accounts
    yield* accounts.addOrganisation(caller.organisation, Name.make(organisation))
    yield* accounts.addUser(caller, Name.make("demo"), Redacted.make("secret"))
    yield* (yield* Sessions).open(session, caller, DateTime.makeUnsafe("9999-12-31T00:00:00Z"))
    for (const draft of drafts) yield* store(caller.organisation, draft)
  }).pipe(Effect.orDie)
)

/** Completing `unavailable` fails for want of a database, and completing `defect` for a bug. */
const broken = Layer.effect(
  Communications,
  Effect.map(Communications, (communications) =>
    Communications.of({
      ...communications,
      take: (organisation, identifier, step, act) => {
        const named = JSON.stringify(identifier)
        if (named.includes("defect")) return Effect.die(new Error("a bug of ours"))
        if (!named.includes("unavailable")) return communications.take(organisation, identifier, step, act)
        const cause = new Error("gone")
        return Effect.fail(new StorageUnavailable({ operation: "take", reason: "unreachable", cause }))
      }
    })
  )
)

/** The ports; what is logged is dropped. */
export const hostPorts = Layer.mergeAll(
  broken.pipe(Layer.provideMerge(data), Layer.provideMerge(layerMemory)),
  Logger.layer([])
)
