import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { contracts } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
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
