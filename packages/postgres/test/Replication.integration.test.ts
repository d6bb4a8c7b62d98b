/** A change that no synchronous standby has confirmed is not reported as made, nor is one by a standby. */
import { type CommunicationsApi, createCommunications, orThrow } from "@communications/core"
import { aKey, freshCaller } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { databaseOn } from "@communications/test-support/freshDatabase"
import { type PostgresServer, startPostgres } from "@communications/test-support/PostgresServer"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted } from "effect"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const caller = freshCaller()
const company = { caller, type: "COMPANY", life_cycle_state: "FINANCIAL", company_name: "Engines" } as const

describe("an earlier change", () => {
  let postgres: PostgresServer
  let admin: pg.Client
  let [patient, impatient]: Array<CommunicationsApi> = []

  beforeAll(async () => {
    postgres = await startPostgres({ fsync: "off" })
    const url = await Effect.runPromise(databaseOn(postgres.url))
    admin = new pg.Client({ connectionString: url })
    await admin.connect()
    await admin.query("SET synchronous_commit = local")
    const open = (timeout: "1 minute" | "300 millis") =>
      createCommunications(
        Postgres.layer.pipe(
          Layer.provide(Layer.succeed(Postgres.GroupCommit, "all")),
          Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
          Layer.provideMerge(PgClient.layer({ url: Redacted.make(url) })),
          Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, timeout)),
          Layer.orDie
        )
      )
    ;[patient, impatient] = [open("1 minute"), open("300 millis")]
  })
  afterAll(async () => {
    await Promise.all([patient?.dispose(), impatient?.dispose(), admin?.end()])
    await postgres?.stop()
  })

  /** Names the synchronous standbys: `away` is none that exists, so that commits wait. */
  const standbys = async (names: "" | "away") => {
    await admin.query(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`)
    await admin.query("SELECT pg_reload_conf()")
    await expect
      .poll(async () => (await admin.query("SHOW synchronous_standby_names")).rows[0])
      .toEqual({
        synchronous_standby_names: names
      })
  }
  const draft = async ({ communications, contact_information }: CommunicationsApi) => {
    const { id } = await orThrow(contact_information.create(company))
    const letter = { caller, direction: "INCOMING", media: "LETTER" } as const
    return orThrow(communications.create({ ...letter, contact_information_identifier: { id } }))
  }
  const complete = ({ communications }: CommunicationsApi, id: string, idempotencyKey?: string) =>
    communications.complete({ caller, communication_identifier: { id } }, { idempotencyKey })
  const unavailable = { ok: false, error: { _tag: "StorageUnavailable" } }

  it("is UNAVAILABLE while the synchronous standby is away, and afterwards a replay or NOT_DRAFT", async () => {
    if (patient === undefined || impatient === undefined) throw new Error("not started")
    const { id } = await draft(patient)
    const { key } = aKey()
    const createContact = (api: CommunicationsApi) => api.contact_information.create(company, { idempotencyKey: key })

    await standbys("away")
    expect(await complete(impatient, id, "a key")).toMatchObject(unavailable)
    expect(await createContact(impatient)).toMatchObject(unavailable)
    // The statements were cancelled, but PostgreSQL has committed them, and every transaction sees them.
    const visible = `SELECT (SELECT count(*) FROM communications WHERE life_cycle_state = 'COMPLETED') +
      (SELECT count(*) FROM contact_information WHERE idempotency_key IS NOT NULL) AS count`
    await expect.poll(async () => (await admin.query(visible)).rows, { timeout: 30_000 }).toEqual([{ count: "2" }])

    expect(await complete(impatient, id, "a key")).toMatchObject(unavailable)
    expect(await complete(impatient, id)).toMatchObject(unavailable)
    expect(await createContact(impatient)).toMatchObject(unavailable)

    await standbys("")
    expect(await complete(patient, id, "a key")).toMatchObject({ ok: true, replayed: true })
    expect(await complete(patient, id)).toMatchObject({ ok: false, error: { _tag: "NotDraft" } })
    expect(await createContact(patient)).toMatchObject({ ok: true, replayed: true })
  })
  it("is UNAVAILABLE on a standby", async () => {
    if (patient === undefined) throw new Error("not started")
    const api = patient
    const { id } = await draft(api)
    await orThrow(complete(api, id, "another key"))
    await admin.end()
    await postgres.standBy()
    for (const key of ["another key", undefined]) {
      // The first ones may meet the connections to the server before.
      const answers: Array<unknown> = []
      await expect
        .poll(async () => answers[answers.push(await complete(api, id, key)) - 1])
        .toMatchObject({ error: { reason: "read-only" } })
      for (const answer of answers) expect(answer).toMatchObject(unavailable)
    }
  })
})
