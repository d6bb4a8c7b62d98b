import * as Postgres from "@communications/postgres"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"

/** What a server with these settings reports. */
const checking = (number: string, version: string, encoding = "UTF8") =>
  Effect.flip(Postgres.checkServer).pipe(
    Effect.provide(Postgres.layerExecutor(async () => [{ number, version, encoding, reads: "off" }]))
  )

it.effect("PostgreSQL 12 is refused with the oldest supported version", () =>
  Effect.gen(function* () {
    const { message } = yield* checking("120022", "12.22")
    assert.strictEqual(message, "this is PostgreSQL 12.22, and the oldest supported version is 13")
  })
)

it.effect("PostgreSQL 13 is refused only because of its encoding", () =>
  Effect.gen(function* () {
    assert.match((yield* checking("130000", "13.0", "LATIN1")).message, /^its encoding is LATIN1/)
  })
)

it.effect("a server that accepts only reads is accepted, and reported as such", () =>
  Effect.gen(function* () {
    for (const [reads, onlyReads] of [
      ["on", true],
      ["off", false]
    ] as const) {
      const row = { number: "180000", version: "18.0", encoding: "UTF8", reads }
      const found = yield* Effect.provide(
        Postgres.checkServer,
        Postgres.layerExecutor(async () => [row])
      )
      assert.deepStrictEqual(found, { onlyReads })
    }
  })
)
