/** The API on ports in memory, with one account. Other runtimes serve it in `packages.test.ts`. */
import { Accounts, layerMemory, Name, OrganisationId, UserId } from "@communications/core"
import { createHandler } from "@communications/http"
import { Effect, Layer, Redacted } from "effect"

const caller = {
  organisation: OrganisationId.make("BB647AADC13A66CE4311B6027DA8030E"),
  user: UserId.make("F50927C44314BA21B2DAEECFF2E53BB0")
}

const account = Layer.effectDiscard(
  Effect.gen(function* () {
    const accounts = yield* Accounts
    yield* accounts.addOrganisation(caller.organisation, Name.make("acme"))
    yield* accounts.addUser(caller, Name.make("demo"), Redacted.make("secret"))
  }).pipe(Effect.orDie)
)

/** A handler for any server of the Fetch standard. */
export const handler: (request: Request) => Promise<Response> = createHandler(Layer.provideMerge(account, layerMemory))
