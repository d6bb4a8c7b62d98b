import { inspect } from "node:util"
import { Sessions, type Token } from "@communications/core"
import { freshCaller, freshToken } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { recordingTracer } from "@communications/test-support/recordingTracer"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"

const Ports = Postgres.layer.pipe(
  Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
  Layer.provideMerge(
    PgClient.layerFrom(Effect.flatMap(freshDatabase, (url) => PgClient.make({ url: Redacted.make(url) })))
  )
)

/** Fails the test if a text contains the token: as it is, as a uuid, or as the bytes of either. */
const assertHidden = (text: string, token: Token) => {
  const secret = Redacted.value(token).toLowerCase()
  const shown = text.toLowerCase().replaceAll("-", "")
  assert.notInclude(shown, secret)
  assert.notInclude(shown, Buffer.from(secret).toString("hex"))
  assert.notInclude(shown, Buffer.from(Redacted.value(token)).toString("hex"))
}

/** Runs an effect that fails, and prints its failure and all spans completely. */
const everythingOf = (effect: Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const { spans, tracer } = recordingTracer()
    const cause = yield* Effect.flip(Effect.sandbox(Effect.withTracer(effect, tracer)))
    assert.isNotEmpty(spans)
    return inspect({ cause, spans }, { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null })
  })

layer(Ports, { excludeTestServices: true, timeout: "1 minute" })("a session token", (it) => {
  it.effect("is in no error and no span", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const sessions = yield* Sessions
      const [token, caller] = [freshToken(), freshCaller()]
      const opening = sessions.open(token, caller, Duration.zero)
      assertHidden(yield* everythingOf(sessions.authenticate(token)), token)
      yield* Effect.acquireRelease(sql`ALTER TABLE sessions RENAME TO lost_sessions`, () =>
        Effect.orDie(sql`ALTER TABLE lost_sessions RENAME TO sessions`)
      )
      for (const failing of [opening, sessions.authenticate(token), sessions.release(token)]) {
        const everything = yield* everythingOf(failing)
        assert.include(everything, "does not exist")
        assertHidden(everything, token)
      }
    })
  )
})
