/** Transactions of a host whose connection is cut at a random byte, of COMMIT or before: both changes are stored, or neither. */
import { createCommunications } from "@communications/core"
import { freshId } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { isLong, makeRandom, record } from "@communications/test-support/faults"
import { tcpProxy } from "@communications/test-support/TcpProxy"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import pg from "pg"
import { given } from "./log.ts"

const cycles = isLong ? 300 : 30

it.live(
  "a completion and the row of the host in one transaction are both stored, or neither, wherever the connection is cut",
  (test) =>
    Effect.gen(function* () {
      const { url, drafts, organisation, sql, communications } = yield* given(cycles)
      yield* sql`CREATE TABLE orders (draft text PRIMARY KEY)`
      const proxy = yield* tcpProxy(url)
      const random = makeRandom()
      const caller = { organisation, user: freshId() }

      /** Runs the transaction; resolves to whether COMMIT was acknowledged, and throws before that. */
      const transaction = async (id: string) => {
        const client = new pg.Client({ connectionString: proxy.url })
        client.on("error", () => {}) // the statement fails, too
        await client.connect()
        const direction = random(2) === 0 ? "toServer" : "toClient"
        const isAtCommit = random(2) === 0
        if (!isAtCommit) void proxy.cutAfter(direction, random(3_000))
        let isCommitting = false
        try {
          await client.query("BEGIN")
          const ports = Layer.provideMerge(
            Postgres.layerHost(Postgres.fromPg(client)),
            Layer.succeed(Postgres.StorageTimeout, "1 minute")
          )
          const api = createCommunications(ports)
          const outcome = await api.communications.complete({ caller, communication_identifier: { id } })
          await api.dispose()
          if (!outcome.ok) return "failed"
          await client.query("INSERT INTO orders (draft) VALUES ($1)", [id])
          if (isAtCommit) void proxy.cutAfter(direction, random(18)) // COMMIT has 12 bytes, its response 18
          isCommitting = true
          await client.query("COMMIT")
          return "acknowledged"
        } catch {
          return isCommitting ? "unknown" : "failed"
        } finally {
          proxy.heal()
          await client.end().catch(() => {})
        }
      }

      const figures = { cycles, acknowledged: 0, unknown: 0, failed: 0, "unknown and stored": 0, partial: 0, lost: 0 }
      for (const { id } of drafts) {
        const result = yield* Effect.promise(() => transaction(id))
        figures[result]++
        // A transaction that is being committed has ended once its row can be locked.
        yield* sql`SELECT FROM communications WHERE id = ${id}::uuid FOR UPDATE`
        const { _tag } = yield* communications.find(organisation, { _tag: "Id", id })
        const history = yield* communications.history(organisation, id)
        const orders = yield* sql`SELECT FROM orders WHERE draft = ${id}`
        const isStored = orders.length === 1
        assert.deepStrictEqual([_tag, history.length], isStored ? ["Completed", 2] : ["Draft", 1], result)
        if (result === "acknowledged") assert.isTrue(isStored)
        if (result === "failed") assert.isFalse(isStored)
        if (result === "unknown" && isStored) figures["unknown and stored"]++
      }
      assert.isAbove(figures.unknown, 0, "COMMIT was never cut")
      record(test, figures)
    }),
  300_000
)
