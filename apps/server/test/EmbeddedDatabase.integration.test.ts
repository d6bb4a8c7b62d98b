import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { contracts } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { assert, it as itself, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { lockedFolder } from "../src/DataFolder.ts"
import * as EmbeddedDatabase from "../src/EmbeddedDatabase.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "communications-data-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

const Ports = Postgres.layer.pipe(
  Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
  Layer.provideMerge(Layer.succeed(Postgres.PasswordCost, 4)),
  Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
  Layer.provide(Layer.unwrap(Effect.map(folder, EmbeddedDatabase.layer)))
)

layer(Ports, { excludeTestServices: true, timeout: "2 minutes" })("on the embedded database", (it) => {
  for (const { name, test } of contracts) it.effect(name, () => test, 60_000)
})

itself.live("its folder has one user at a time, even where two processes have the same id, as in two containers", () =>
  Effect.gen(function* () {
    const path = yield* folder
    const refusal = yield* Effect.scoped(Effect.andThen(lockedFolder(path), Effect.flip(lockedFolder(path))))
    assert.match(refusal.message, /^The data folder \S+ is in use by another process: /)
    assert.strictEqual(yield* Effect.scoped(lockedFolder(path)), path)
  })
)
