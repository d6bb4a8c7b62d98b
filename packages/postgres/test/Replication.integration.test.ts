/** A change that no synchronous standby has confirmed is not reported as made. */
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

describe("while the synchronous standby is away,", () => {
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
  const unavailable = { ok: false, error: { _tag: "StorageUnavailable" } }

  it("a repetition is UNAVAILABLE, and afterwards a replay or NOT_DRAFT", async () => {
    if (patient === undefined || impatient === undefined) throw new Error("not started")
    const contact = await orThrow(patient.contact_information.create(company))
    const letter = { caller, direction: "INCOMING", media: "LETTER" } as const
    const draft = await orThrow(
      patient.communications.create({ ...letter, contact_information_identifier: { id: contact.id } })
    )
    const { key } = aKey()
    const complete = (api: CommunicationsApi, idempotencyKey?: string) =>
      api.communications.complete({ caller, communication_identifier: { id: draft.id } }, { idempotencyKey })
    const createContact = (api: CommunicationsApi) => api.contact_information.create(company, { idempotencyKey: key })

    await standbys("away")
    expect(await complete(impatient, "a key")).toMatchObject(unavailable)
    expect(await createContact(impatient)).toMatchObject(unavailable)
    // The statements were cancelled, but PostgreSQL has committed them, and every transaction sees them.
    const visible = `SELECT (SELECT count(*) FROM communications WHERE life_cycle_state = 'COMPLETED') +
      (SELECT count(*) FROM contact_information WHERE idempotency_key IS NOT NULL) AS count`
    await expect.poll(async () => (await admin.query(visible)).rows, { timeout: 30_000 }).toEqual([{ count: "2" }])

    expect(await complete(impatient, "a key")).toMatchObject(unavailable)
    expect(await complete(impatient)).toMatchObject(unavailable)
    expect(await createContact(impatient)).toMatchObject(unavailable)

    await standbys("")
    expect(await complete(patient, "a key")).toMatchObject({ ok: true, replayed: true })
    expect(await complete(patient)).toMatchObject({ ok: false, error: { _tag: "NotDraft" } })
    expect(await createContact(patient)).toMatchObject({ ok: true, replayed: true })
  })
})
