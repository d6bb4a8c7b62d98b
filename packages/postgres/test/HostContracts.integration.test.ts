import { contracts, LawRuns } from "@communications/core/testing"
import { layer } from "@effect/vitest"
import { Effect } from "effect"
import { effectHost, migrated } from "./hostPorts.ts"
import { hosts } from "./hosts.ts"

/** The contracts, with less of the data that the tests of the contracts generate: the SQL is the same on each handle. */
const contractsOnAHandle = contracts.map(({ name, test }) => ({ name, test: Effect.provideService(test, LawRuns, 10) }))

for (const host of hosts) {
  layer(migrated(host), { excludeTestServices: true, timeout: "1 minute" })(host.name, (it) => {
    for (const { name, test } of contractsOnAHandle) it.effect(name, () => test)
  })
}

layer(effectHost, { excludeTestServices: true, timeout: "1 minute" })("Effect, with its own SqlClient", (it) => {
  for (const { name, test } of contractsOnAHandle) it.effect(name, () => test)
})
