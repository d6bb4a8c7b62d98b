import {
  type CommunicationsApi,
  createCommunications,
  type Outcome,
  orThrow,
  StorageUnavailable
} from "@communications/core"
import { aKey, freshCaller } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import pg from "pg"
import { lockWaits } from "./lockWaits.ts"

const caller = freshCaller()
const company = { caller, type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" } as const
const patient = Layer.succeed(Postgres.StorageTimeout, "1 minute")

/** An open transaction of a host. */
interface Transaction {
  readonly api: CommunicationsApi
  readonly end: (how: "COMMIT" | "ROLLBACK") => Promise<unknown>
  readonly run: (text: string) => Promise<unknown>
}

const names = ["complete", "create", "createContact"] as const

/** A request of each operation that accepts a key. */
type Requests = {
  readonly [Name in (typeof names)[number]]: (
    on: CommunicationsApi,
    idempotencyKey: string | undefined
  ) => Promise<Outcome<{ readonly id: string }, { readonly _tag: string }, { readonly replayed?: true }>>
}

/** The methods with group commit, a pool of a host on the same database, and requests that accept a key. */
const given = Effect.gen(function* () {
  const url = yield* freshDatabase
  const ports = Postgres.layer.pipe(
    Layer.provide(Layer.succeed(Postgres.GroupCommit, "all")),
    Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
    Layer.provideMerge(PgClient.layer({ url: Redacted.make(url), maxConnections: 6 })),
    Layer.provideMerge(patient),
    Layer.orDie
  )
  const api = createCommunications(ports)
  const pool = new pg.Pool({ connectionString: url })
  yield* Effect.addFinalizer(() => Effect.promise(() => Promise.all([api.dispose(), pool.end()])))

  const begin = async (): Promise<Transaction> => {
    const client = await pool.connect()
    await client.query("BEGIN")
    return {
      api: createCommunications(Layer.merge(Postgres.layerHost(Postgres.fromPg(client)), patient)),
      run: (text) => client.query(text),
      end: (how) => client.query(how).finally(() => client.release())
    }
  }
  const untilWaiting = async () => {
    while ((await pool.query(`SELECT ${lockWaits}`)).rowCount === 0);
  }
  const endWaiting = () => pool.query(`SELECT pg_terminate_backend(pid) ${lockWaits}`)

  const contact = yield* Effect.promise(() => orThrow(api.contact_information.create(company)))
  const letter = { direction: "INCOMING", media: "LETTER" } as const
  const createDraft = (idempotencyKey?: string, { communications }: Pick<CommunicationsApi, "communications"> = api) =>
    communications.create({ caller, contact_information_identifier: { id: contact.id }, ...letter }, { idempotencyKey })
  const draft = yield* Effect.promise(() => orThrow(createDraft()))
  const requests: Requests = {
    complete: (on, idempotencyKey) =>
      on.communications.complete({ caller, communication_identifier: { id: draft.id } }, { idempotencyKey }),
    create: (on, idempotencyKey) => createDraft(idempotencyKey, on),
    createContact: (on, idempotencyKey) => on.contact_information.create(company, { idempotencyKey })
  }
  return { api, pool, begin, untilWaiting, endWaiting, createDraft, draft, requests }
})

describe("idempotency keys in PostgreSQL", () => {
  for (const name of names) {
    for (const ending of ["COMMIT", "ROLLBACK"] as const) {
      const result = ending === "COMMIT" ? "is a replay" : "takes effect"
      it.live(`${name} waits for a transaction that has used its key, and ${result} after ${ending}`, () =>
        Effect.gen(function* () {
          const { api, begin, untilWaiting, createDraft, requests } = yield* given
          yield* Effect.promise(async () => {
            const { key } = aKey()
            const others = await Promise.all(Array.from({ length: 8 }, () => orThrow(createDraft())))
            const transaction = await begin()
            const first = await orThrow(requests[name](transaction.api, key))
            const second = requests[name](api, key)
            await untilWaiting()
            // Steps without a key do not wait.
            await Promise.all(
              others.map(({ id }) => orThrow(api.communications.complete({ caller, communication_identifier: { id } })))
            )
            await transaction.end(ending)
            const outcome = await second
            if (!outcome.ok) throw outcome.error
            assert.strictEqual(outcome.replayed, ending === "COMMIT" ? true : undefined)
            const isSame = outcome.value.id === first.id
            assert.strictEqual(isSame, ending === "COMMIT" || name === "complete")
          })
        })
      )
    }

    it.live(`${name} is a replay in a later transaction of a host, which goes on`, () =>
      Effect.gen(function* () {
        const { begin, requests } = yield* given
        yield* Effect.promise(async () => {
          const { key } = aKey()
          for (const replayed of [undefined, true]) {
            const transaction = await begin()
            const outcome = await requests[name](transaction.api, key)
            assert.strictEqual(outcome.ok && outcome.replayed, replayed)
            await transaction.run("SELECT 1")
            await transaction.end("COMMIT")
          }
        })
      })
    )
  }

  it.live(
    "if two transactions of a host use a key at once, the second fails with a conflict, and is then a replay",
    () =>
      Effect.gen(function* () {
        const { begin, untilWaiting, requests } = yield* given
        yield* Effect.promise(async () => {
          const { key } = aKey()
          const [first, second] = [await begin(), await begin()]
          await orThrow(requests.create(first.api, key))
          const waiting = requests.create(second.api, key)
          await untilWaiting()
          await first.end("COMMIT")
          const outcome = await waiting
          if (outcome.ok || !(outcome.error instanceof StorageUnavailable)) return assert.fail("expected a conflict")
          assert.deepStrictEqual([outcome.error.reason, outcome.error.sqlState], ["conflict", "23505"])
          await second.end("ROLLBACK")
          const again = await begin()
          const repeated = await requests.create(again.api, key)
          assert.strictEqual(repeated.ok && repeated.replayed, true)
          await again.end("COMMIT")
        })
      })
  )

  it.live("a request that the storage did not store leaves its key unused", () =>
    Effect.gen(function* () {
      const { api, begin, untilWaiting, endWaiting, requests } = yield* given
      yield* Effect.promise(async () => {
        const { key } = aKey()
        for (const name of names) {
          const transaction = await begin()
          await orThrow(requests[name](transaction.api, key + name))
          const waiting = requests[name](api, key + name)
          await untilWaiting()
          await endWaiting()
          const outcome = await waiting
          assert.strictEqual(!outcome.ok && outcome.error._tag, "StorageUnavailable")
          await transaction.end("ROLLBACK")
          const repeated = await requests[name](api, key + name)
          assert.strictEqual(repeated.ok && repeated.replayed, undefined)
        }
      })
    })
  )

  it.live("the statements of requests without a key do not mention keys", () =>
    Effect.gen(function* () {
      const { pool, requests } = yield* given
      yield* Effect.promise(async () => {
        const texts: Array<string> = []
        const execute: Postgres.Execute = (text, parameters) => {
          texts.push(text)
          return Postgres.fromPg(pool)(text, parameters)
        }
        const recorded = createCommunications(Postgres.layerHost(execute))
        for (const name of names) await orThrow(requests[name](recorded, undefined))
        assert.isAtLeast(texts.length, names.length)
        assert.isEmpty(texts.filter((text) => /idempotency|fingerprint/.test(text)))
        const [before] = [texts.length, await requests.create(recorded, aKey().key)]
        assert.isNotEmpty(texts.slice(before).filter((text) => /idempotency/.test(text)))
        await recorded.dispose()
      })
    })
  )
})
