/**
 * Measures the room that completed communications take in PostgreSQL, and what completing them leaves to vacuum: the
 * figures of docs/scaling.md. The first argument is how many communications, by default a million.
 */
import { CommunicationId, Communications, completion, Events, type Holder, OrganisationId } from "@communications/core"
import { anAct, freshId } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { startPostgres } from "@communications/test-support/PostgresServer"
import { PgClient } from "@effect/sql-pg"
import { Console, DateTime, Duration, Effect, Layer, Redacted } from "effect"

const count = Number(process.argv[2] ?? 1_000_000)
const organisations = 100
const chunk = 10_000

const at = (i: string) => `timestamptz '2024-01-01 00:00Z' + ${i} * interval '1 second' * (730 * 86400.0 / ${count})`
const organisationOf = (i: string) => `md5('organisation ' || ${i} % ${organisations})::uuid`

/** The values of a contact of a person: 500 bytes of JSON. */
const demographics = JSON.stringify({
  ...{ gender: "FEMALE", id_number: "654321", id_number_expiration_date: "2031-05-31", passport_number: null },
  ...{ passport_number_expiration_date: null, social_security_number: null },
  ...{ date_of_birth: { day: 1, month: 1, year: 1980 }, name_day: { day: 25, month: 11 } },
  country_of_residence: { id: "57", name: "CYPRUS", alternative_code: "CYP", dialing_code: "357" },
  ...{ id_issued_by_country: null, passport_issued_by_country: null },
  industry: { id: "14", name: "Professional services", code: "M" },
  industry_sector: { id: "70", name: "Management consultancy", alternative_code: "M70" }
})

const program = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const communications = yield* Communications
  const events = yield* Events

  /** The value of a query for one number. */
  const number = (query: string) =>
    Effect.map(sql.unsafe<{ readonly value: string }>(`SELECT (${query})::text AS value`), ([row]) =>
      Number(row?.value)
    )
  const wal = number("pg_current_wal_insert_lsn() - '0/0'::pg_lsn")

  /** Prints what every table with rows and each of its indexes take, for one communication. */
  const report = Effect.fnUntraced(function* (title: string) {
    const rows = yield* sql.unsafe<Record<"name" | "bytes" | "rows", string>>(`
      SELECT c.relname AS name, pg_relation_size(c.oid)::text AS bytes, '' AS rows
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'communications' AND c.relkind IN ('r', 'i')
        AND (c.relname LIKE 'communication%' OR c.relname LIKE 'contact%') AND pg_relation_size(c.oid) > 100000
      ORDER BY 1`)
    yield* Console.log(`\n${title}\n`)
    for (const { name, bytes } of rows) yield* Console.log(`| ${name} | ${Math.round(Number(bytes) / count)} |`)
    const total = rows.reduce((sum, { bytes }) => sum + Number(bytes), 0)
    yield* Console.log(`| together | ${Math.round(total / count)} |`)
  })

  /** Prints what the statistics of a table count, after those of this session have been sent. */
  const changes = Effect.fnUntraced(function* (table: string) {
    yield* Effect.sleep("2 seconds")
    const [row] = yield* sql.unsafe(`
      SELECT n_tup_upd::int AS updates, n_tup_hot_upd::int AS hot, n_dead_tup::int AS dead, autovacuum_count::int AS autovacuums FROM pg_stat_user_tables
      WHERE relid = 'communications.${table}'::regclass`)
    yield* Console.log(`${table}: ${JSON.stringify(row)}`)
  })

  const timed = <A, E, R>(title: string, run: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const before = yield* wal
      const [time] = yield* Effect.timed(run)
      const bytes = (yield* wal) - before
      yield* Console.log(
        `${title}: ${Math.round(Duration.toSeconds(time))} s, ${Math.round(bytes / count)} bytes of WAL for each of ${count}`
      )
    })

  yield* sql.unsafe(`
    INSERT INTO communications.contact_information (organisation, id, type, life_cycle_state, name, first_name, last_name,
      title, demographics)
    SELECT ${organisationOf("i")}, md5('contact ' || i / ${organisations})::uuid, 'PERSON', 'MARKETING', 'Kathy Clark ' || i,
      'Kathy', 'Clark ' || i, 'Mrs', '${demographics}'::json
    FROM generate_series(0, ${count / 10 - 1}) AS i`)
  const create = (from: number) =>
    sql.unsafe(`
      WITH added AS (
        INSERT INTO communications.communications
          (organisation, id, number, life_cycle_state, created_at, direction, media, subject, contact_information)
        SELECT ${organisationOf("i")}, md5('communication ' || i)::uuid, (i / ${organisations})::text, 'DRAFT', ${at("i")},
          (ARRAY['OUTGOING', 'INCOMING'])[1 + i % 2], (ARRAY['EMAIL', 'SMS', 'PHONE', 'LETTER'])[1 + i / 2 % 4],
          'Communication ' || i, md5('contact ' || (i / ${organisations}) % ${count / 10 / organisations})::uuid
        FROM generate_series(${from}, ${Math.min(from + chunk, count) - 1}) AS i
        RETURNING organisation, id, created_at
      )
      INSERT INTO communications.communication_history (organisation, communication, version, "to", at, by, request_id, era)
      SELECT organisation, id, 1, 'DRAFT', created_at, organisation, gen_random_uuid()::text, 0 FROM added`)
  const starts = Array.from({ length: Math.ceil(count / chunk) }, (_, index) => index * chunk)
  yield* timed("creating", Effect.forEach(starts, create, { discard: true }))
  yield* sql.unsafe("VACUUM (ANALYZE)")
  yield* report("Drafts, bytes for each communication")

  /** Runs something with some communications, as their users would. */
  const each = <A, E>(
    run: (organisation: OrganisationId, id: CommunicationId, at: string) => Effect.Effect<A, E>,
    length: number
  ) =>
    Effect.fnUntraced(function* (from: number) {
      const rows = yield* sql.unsafe<Record<"organisation" | "id" | "at", string>>(`
        SELECT upper(md5('organisation ' || i % ${organisations})) AS organisation, upper(md5('communication ' || i)) AS id,
          to_char((${at("i")} + interval '3 days') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at
        FROM generate_series(${from}, ${Math.min(from + length, count) - 1}) AS i`)
      yield* Effect.forEach(
        rows,
        ({ organisation, id, at }) => run(OrganisationId.make(organisation), CommunicationId.make(id), at),
        { concurrency: 256, discard: true }
      )
    })
  const complete = each(
    (organisation, id, at) => communications.take(organisation, { _tag: "Id", id }, completion, anAct({ at })),
    chunk
  )
  yield* timed("completing", Effect.forEach(starts, complete, { discard: true }))
  yield* changes("communications")
  yield* changes("communication_history")
  yield* report("Completed, before the last vacuum, bytes for each communication")
  yield* timed("vacuum", sql.unsafe("VACUUM (ANALYZE)"))
  yield* report("Completed, after a vacuum, bytes for each communication")

  const view = each(
    (organisation, id, at) => communications.view(organisation, { _tag: "Id", id }, DateTime.makeUnsafe(at)),
    chunk / 10
  )
  yield* timed("viewing a tenth", Effect.forEach(starts, view, { discard: true }))
  yield* changes("communications")

  const holder: Holder = { subscription: "sizes", holder: freshId(), lease: Duration.minutes(5) }
  const readOn = Effect.gen(function* () {
    const entries = yield* events.claim(holder, "all", 1_000)
    yield* events.settle(holder, entries.at(-1)?.position ?? null)
    if (entries.length > 0) return false
    return (yield* number("SELECT count(*) FROM communications.communication_history WHERE position IS NULL")) === 0
  })
  yield* events.open("sizes", "beginning")
  yield* timed("numbering and reading the log", Effect.repeat(readOn, { until: (isDone) => isDone }))
  yield* changes("communication_history")
  yield* sql.unsafe("VACUUM (ANALYZE)")
  yield* report("Read by a subscription, after a vacuum, bytes for each communication")

  // The same log in partitions of a month: what one look-up of a history reads.
  yield* sql.unsafe("CREATE TABLE by_month (LIKE communications.communication_history) PARTITION BY RANGE (at)")
  yield* sql.unsafe("ALTER TABLE by_month ADD PRIMARY KEY (organisation, communication, version, at)")
  yield* sql.unsafe(`
    DO $$ BEGIN
      FOR i IN 0 .. 24 LOOP
        EXECUTE format('CREATE TABLE by_month_%s PARTITION OF by_month FOR VALUES FROM (%L) TO (%L)', i,
          timestamptz '2024-01-01 00:00Z' + i * interval '1 month', timestamptz '2024-01-01 00:00Z' + (i + 1) * interval '1 month');
      END LOOP;
    END $$`)
  yield* sql.unsafe("INSERT INTO by_month SELECT * FROM communications.communication_history")
  yield* sql.unsafe("VACUUM (ANALYZE) by_month")
  for (const table of ["communications.communication_history", "by_month"]) {
    const query = `
      EXPLAIN (ANALYZE, BUFFERS, FORMAT json) SELECT * FROM ${table}
      WHERE organisation = ${organisationOf("1234")} AND communication = md5('communication 1234')::uuid ORDER BY version`
    yield* sql.unsafe(query)
    const [row] = yield* sql.unsafe<{ readonly "QUERY PLAN": unknown }>(query)
    yield* Console.log(table, JSON.stringify(row).match(/"(?:Shared Hit Blocks|Planning Time|Execution Time)":[\d.]+/g))
  }
}).pipe(Effect.orDie)

const main = Effect.gen(function* () {
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => startPostgres({ fsync: "off" })),
    ({ stop }) => Effect.promise(stop)
  )
  const ports = Postgres.layer.pipe(
    Layer.provideMerge(Layer.effectDiscard(Postgres.migrate)),
    Layer.provideMerge(Layer.succeed(Postgres.GroupCommit, "all")),
    Layer.provideMerge(Layer.succeed(Postgres.StorageTimeout, "1 minute")),
    Layer.provideMerge(PgClient.layer({ url: Redacted.make(server.url), maxConnections: 10 }))
  )
  yield* Effect.provide(program, ports)
}).pipe(Effect.scoped)

await Effect.runPromise(main)
