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

layer(Ports, { excludeTestServices: true, timeout: "2 minutes" })("the ports on the embedded database", (it) => {
  for (const { name, test } of contracts) it.effect(name, () => test, 60_000)
})

// The lock must not depend on process ids, which can be equal in two containers.
itself.live("a data folder can be locked only once at a time, even by one process", () =>
  Effect.gen(function* () {
    const path = yield* folder
    const refusal = yield* Effect.scoped(Effect.andThen(lockedFolder(path), Effect.flip(lockedFolder(path))))
    assert.match(refusal.message, /^The data folder \S+ is in use by another process: /)
    assert.strictEqual(yield* Effect.scoped(lockedFolder(path)), path)
  })
)
