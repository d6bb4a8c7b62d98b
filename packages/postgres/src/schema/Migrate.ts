import { Effect, Schedule } from "effect"
import { type Migrator, SqlClient, SqlError } from "effect/sql"
import { withRemedy } from "../statements/Remedies.ts"
import { describeError, sqlStateOf } from "../statements/SqlState.ts"
import { makeMatchAnyTransaction } from "../statements/Transactions.ts"
import { createIndex, dropInvalidIndexes, type MigrationIndex } from "./Indexes.ts"
import { MigrationError } from "./MigrationError.ts"
import { isIndex, lastMigration, migrationsTable, migrationsTableIn, pendingAfter, setup, sqlOf } from "./Migrations.ts"
import { checkServer } from "./Server.ts"
import { DatabaseSchema } from "./Tables.ts"

const badState = (message: string) => new MigrationError({ kind: "BadState", message })

/** Fails with PostgreSQL's message and SQLSTATE and what to do, and with its error as the cause. */
const explain = ({ reason: { cause }, message }: SqlError.SqlError, migration = "") => {
  const explained = withRemedy(`${migration}${describeError(cause) ?? message}`, sqlStateOf(cause))
  return new MigrationError({ kind: "Failed", message: explained, cause })
}

/** Whether there is a table of migrations. Needs no right on it. */
const hasTable = (sql: SqlClient.SqlClient, schema: string) =>
  // In a transaction, `to_regclass` may not see tables that others have committed since its last call.
  Effect.map(
    sql`SELECT 1 AS found FROM pg_tables WHERE schemaname = ${schema}::text::name AND tablename = ${migrationsTable}`,
    ({ length }) => length > 0
  )

/** The number of the last applied migration, or `null` if there is no table of migrations. Only reads. */
const readLast = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, schema: string) {
  if (!(yield* hasTable(sql, schema))) return null
  const rows = yield* sql.unsafe<{ readonly last: string }>(
    `SELECT coalesce(max(migration_id), 0)::text AS last FROM ${migrationsTableIn(schema)}`
  )
  const applied = Number(rows[0]?.last)
  if (applied <= lastMigration) return applied
  return yield* badState(
    `the schema ${schema} has migration ${applied}, but this version of the software only knows ${lastMigration}: use a newer version`
  )
})

/** Waits for other processes that migrate. */
const waitForOthers = `SELECT pg_advisory_xact_lock(hashtext('${migrationsTable}'))::text`

/** Fails with SQLSTATE 55P03 while another process migrates. */
const failForOthers = `DO $$ BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('${migrationsTable}')) THEN
      RAISE lock_not_available USING MESSAGE = 'another process migrates';
    END IF;
  END $$`

/** The numbers and names of migrations, in order. */
export type NumberedMigrations = ReadonlyArray<readonly [id: number, name: string]>

/**
 * Applies pending migrations in the open transaction, and returns their ids and names. With `concurrently` it stops at a
 * migration with indexes that are missing on existing tables, and returns these, too.
 */
const applyPending = Effect.fnUntraced(function* (
  sql: SqlClient.SqlClient,
  schema: string,
  concurrently: boolean
): Effect.fn.Return<
  { readonly applied: NumberedMigrations; readonly missing: ReadonlyArray<MigrationIndex> },
  MigrationError | SqlError.SqlError,
  SqlClient.SqlClient
> {
  yield* sql.unsafe(concurrently ? failForOthers : waitForOthers)
  const last = yield* readLast(sql, schema)
  if (last === null) for (const text of setup(schema)) yield* sql.unsafe(text)
  const applied: Array<NumberedMigrations[number]> = []
  for (const { id, name, statements } of pendingAfter(last ?? 0, schema)) {
    const missing = yield* dropInvalidIndexes(statements.filter(isIndex), schema)
    if (concurrently && last !== null && missing.length > 0) return { applied, missing }
    const needed = statements.filter((statement) => !isIndex(statement) || missing.includes(statement))
    yield* Effect.forEach(needed, (statement) => sql.unsafe(sqlOf(statement)), { discard: true }).pipe(
      Effect.mapError((error) => explain(error, `migration ${id}, ${name.replaceAll("_", " ")}: `))
    )
    applied.push([id, name])
  }
  return { applied, missing: [] }
})

/** How long a statement of a migration waits for a lock. Meanwhile, statements of others queue behind it. */
const lockTimeout = "500ms"

const isLockTimeout = (error: { readonly cause?: unknown }) => sqlStateOf(error.cause) === "55P03"

/**
 * Runs the migrations in a transaction of their own, in which no statement waits long for a lock. After such a timeout, the
 * whole transaction is repeated, after a pause in which the statements of others run.
 */
const inOwnTransaction = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, schema: string) {
  const limited = Effect.andThen(
    sql`SELECT set_config('lock_timeout', ${lockTimeout}, true)`,
    Effect.catchTag(applyPending(sql, schema, true), "SqlError", (error) => Effect.fail(explain(error)))
  )
  return yield* sql.withTransaction(limited).pipe(
    // An older snapshot would miss what other processes did before they released the lock.
    Effect.provideService(SqlClient.BeginTransaction, "BEGIN ISOLATION LEVEL READ COMMITTED"),
    Effect.tapError((error) =>
      isLockTimeout(error) ? Effect.logInfo("The migrations wait for a lock of another session") : Effect.void
    ),
    Effect.retry({ while: isLockTimeout, schedule: Schedule.jittered(Schedule.spaced("2 seconds")) })
  )
})

/** The SQLSTATEs if another process has begun to build the index: it exists, or the two builds are in a deadlock. */
const builtByOther = new Set(["42P07", "40P01"])

/**
 * Applies the pending migrations in transactions, and between these builds indexes without blocking writers. Nothing records
 * that an index is being built: each transaction looks which ones exist and are valid.
 */
const inOwnTransactions = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, schema: string) {
  const all: Array<NumberedMigrations[number]> = []
  while (true) {
    const { applied, missing } = yield* inOwnTransaction(sql, schema)
    all.push(...applied)
    if (missing.length === 0) return all
    for (const index of missing) {
      yield* sql.unsafe(createIndex(index, " CONCURRENTLY")).pipe(
        Effect.asVoid,
        Effect.catchIf(
          ({ reason }) => builtByOther.has(String(sqlStateOf(reason.cause))),
          () => Effect.void
        ),
        Effect.mapError((error) => explain(error, `index ${index.name}: `))
      )
    }
  }
})

/** Reports failures of statements as those of migrations, and reads columns by their own names. */
export const reporting = <A, E, R>(run: Effect.Effect<A, E | SqlError.SqlError, R>) =>
  run.pipe(
    Effect.catchIf(SqlError.isSqlError, (error) => Effect.fail(explain(error))),
    Effect.updateService(SqlClient.SqlClient, (sql) => sql.withoutTransforms())
  )

/**
 * Applies the pending migrations, and returns their ids and names. In the host's transaction, and for new tables, all are
 * applied or none. Otherwise indexes on existing tables are built outside a transaction, because writers need not wait
 * then; if that fails, the next `migrate` continues.
 *
 * Several processes may migrate at the same time: they wait for each other. If nothing is pending, it only reads the
 * table of migrations. In transactions of its own, it never waits for a lock for longer than half a second, and tries
 * again; in the host's transaction, the host's `lock_timeout` applies.
 */
export const migrate: Effect.Effect<NumberedMigrations, Migrator.MigrationError, SqlClient.SqlClient> = Effect.gen(
  function* () {
    const sql = yield* SqlClient.SqlClient
    const schema = yield* DatabaseSchema
    yield* checkServer
    if ((yield* readLast(sql, schema)) === lastMigration) return []
    const matchAnyTransaction = yield* makeMatchAnyTransaction
    const own = () => inOwnTransactions(sql, schema)
    const hosts = () => Effect.map(sql.withTransaction(applyPending(sql, schema, false)), ({ applied }) => applied)
    return yield* matchAnyTransaction({ inTransaction: hosts, otherwise: own })
  }
).pipe(reporting)

/**
 * The ids and names of the migrations that `migrate` would apply. It only reads, and fails if a newer version has migrated
 * the schema.
 */
export const pendingMigrations: typeof migrate = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const schema = yield* DatabaseSchema
  const applied = yield* readLast(sql, schema)
  return pendingAfter(applied ?? 0, schema).map(({ id, name }) => [id, name] as const)
}).pipe(reporting)

/** Whether the schema has the tables of some version. It reads no table, and so needs no right on them. */
export const hasTables: Effect.Effect<boolean, Migrator.MigrationError, SqlClient.SqlClient> = Effect.gen(function* () {
  return yield* hasTable(yield* SqlClient.SqlClient, yield* DatabaseSchema)
}).pipe(reporting)
