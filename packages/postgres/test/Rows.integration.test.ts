import { Communications, ContactInformations, Demographics } from "@communications/core"
import { aDraft, aPerson, freshOrganisation, store } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, Redacted } from "effect"

const Ports = Postgres.layer.pipe(
  Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
  Layer.provideMerge(
    PgClient.layerFrom(Effect.flatMap(freshDatabase, (url) => PgClient.make({ url: Redacted.make(url) })))
  )
)

layer(Ports, { excludeTestServices: true, timeout: "1 minute" })("rows", (it) => {
  it.effect("of a contact that an older version has stored have the members that it did not store, unset", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const [communications, contacts] = [yield* Communications, yield* ContactInformations]
      const [organisation, contact] = [freshOrganisation(), aPerson()]
      const draft = { ...aDraft(), contact_information: contact }
      yield* store(organisation, draft)
      yield* sql`UPDATE contact_information SET demographics = '{}' WHERE organisation = ${organisation}::uuid`
      const expected = { ...contact, demographics: Demographics.make({}) }
      assert.deepStrictEqual(yield* contacts.find(organisation, contact.id), expected)
      const found = yield* communications.find(organisation, { _tag: "Id", id: draft.id })
      assert.deepStrictEqual(found, { ...draft, contact_information: expected })
    })
  )

  it.effect("that are invalid are defects that name the invalid member", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const communications = yield* Communications
      const [organisation, draft] = [freshOrganisation(), aDraft()]
      yield* store(organisation, draft)
      yield* sql`ALTER TABLE communications DROP CONSTRAINT communications_life_cycle_state`
      for (const [change, member] of [
        [sql`viewed_on = '12000-01-01'`, "viewed_on"],
        [sql`viewed_on = NULL, life_cycle_state = 'ARCHIVED'`, "_tag"]
      ] as const) {
        yield* sql`UPDATE communications SET ${change} WHERE organisation = ${organisation}::uuid`
        const exit = yield* Effect.exit(communications.find(organisation, { _tag: "Id", id: draft.id }))
        const defect = Exit.isFailure(exit) ? String(Cause.squash(exit.cause)) : assert.fail("expected a defect")
        assert.match(defect, new RegExp(`SchemaError[^]*${member}`))
      }
    })
  )
})
