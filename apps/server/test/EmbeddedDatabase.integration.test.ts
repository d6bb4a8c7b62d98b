import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { communicationsContract, sessionsContract } from "@communications/core/testing"
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
  Layer.provide(Layer.unwrap(Effect.map(folder, EmbeddedDatabase.layer)))
)

layer(Ports, { excludeTestServices: true, timeout: "2 minutes" })("on the embedded database", (it) => {
  for (const { name, test } of communicationsContract) it.effect(`Communications: ${name}`, () => test, 60_000)
  for (const { name, test } of sessionsContract) it.effect(`Sessions: ${name}`, () => test, 60_000)
})
