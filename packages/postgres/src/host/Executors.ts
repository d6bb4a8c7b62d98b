/** Makes an `Execute` of the host's handle. Structural types describe the handles, so no library is a dependency. */
import { Predicate } from "effect"
import type { SqlConnection } from "effect/sql"
import { poolSize } from "./PoolSize.ts"

/** Rows, by the names of their columns. */
export type HostRows = ReadonlyArray<SqlConnection.Row>

/** A result of pg, Kysely, Knex, PGlite, or of a driver of Drizzle. */
export type HostResult = { readonly rows: HostRows }

/** Runs statements on the host's handle. */
export interface Execute {
  /**
   * Runs one statement and resolves to its rows, objects by column name. The text refers to parameters as `$1`, `$2` and
   * so on. It rejects with an error that has the SQLSTATE in `code`, or that has such an error as its cause.
   */
  (text: string, parameters: ReadonlyArray<unknown>): Promise<HostRows>
  /** How many statements may run at once. The `from…` functions set it to the size of a pool; 1 if it is missing. */
  readonly concurrency?: number | undefined
  /** Whether `concurrency` is the size of a pool, which the option `concurrency` may not exceed. */
  readonly isPoolSize?: boolean
}

const withConcurrency = (size: ReturnType<typeof poolSize>, execute: Execute): Execute => Object.assign(execute, size)

/** Runs on a `Client`, `PoolClient` or `Pool` of pg, or on a database or transaction of PGlite. */
export const fromPg = (client: { query(text: string, values: Array<unknown>): Promise<HostResult> }): Execute =>
  withConcurrency(poolSize(client), async (text, parameters) => (await client.query(text, [...parameters])).rows)

/** Runs on the `sql` of postgres.js, or on that of its `begin`, `savepoint` or `reserve`. */
export const fromPostgresJs = (sql: {
  unsafe(text: string, parameters?: Array<unknown>): PromiseLike<HostRows>
}): Execute => withConcurrency(poolSize(sql), async (text, parameters) => sql.unsafe(text, [...parameters]))

/** A compiled query of Kysely. */
export interface KyselyQuery {
  readonly sql: string
  readonly parameters: ReadonlyArray<unknown>
  readonly query: {
    readonly kind: "RawNode"
    readonly sqlFragments: ReadonlyArray<string>
    readonly parameters: readonly []
  }
  readonly queryId: { readonly queryId: string }
}

/** Runs on a database or transaction of Kysely, without its plugins, because they may rename columns of the result. */
export const fromKysely = (db: {
  withoutPlugins(): { executeQuery(query: KyselyQuery): Promise<HostResult> }
}): Execute =>
  withConcurrency(poolSize(db), async (sql, parameters) => {
    const query = { kind: "RawNode", sqlFragments: [sql], parameters: [] } as const
    return (await db.withoutPlugins().executeQuery({ sql, parameters, query, queryId: { queryId: "" } })).rows
  })

/** Splits a statement at its parameters; returns the pieces between them, and the value of each. */
const splitAtParameters = (text: string, parameters: ReadonlyArray<unknown>) => ({
  strings: text.split(/\$\d+/),
  values: Array.from(text.matchAll(/\$(\d+)/g), ([, number]) => parameters[Number(number) - 1])
})

/** Runs on a database or transaction of Drizzle over any of its PostgreSQL drivers, given the `sql` of drizzle-orm. */
export const fromDrizzle = <Query>(
  db: { execute(query: Query): PromiseLike<HostRows | HostResult> },
  sql: (strings: TemplateStringsArray, ...values: Array<unknown>) => Query
): Execute =>
  withConcurrency(poolSize(db), async (text, parameters) => {
    const { strings, values } = splitAtParameters(text, parameters)
    const result = await db.execute(sql(Object.assign(strings, { raw: strings }), ...values))
    return "rows" in result ? result.rows : result
  })

/** Runs on a `knex` over pg or on one of its transactions; its `raw` writes parameters as `?`. */
export const fromKnex = (knex: {
  raw(text: string, bindings: ReadonlyArray<unknown>): PromiseLike<HostResult>
}): Execute =>
  withConcurrency(poolSize(knex), async (text, parameters) => {
    const { strings, values } = splitAtParameters(text.replaceAll("?", "\\?"), parameters)
    return (await knex.raw(strings.join("?"), values)).rows
  })

/** An error of Prisma; if it wraps an error of the server, one with the properties of a driver's error. */
const unwrap = (error: unknown): unknown => {
  if (!Predicate.hasProperty(error, "meta") || !Predicate.hasProperty(error.meta, "driverAdapterError")) return error
  const { driverAdapterError } = error.meta
  const cause = Predicate.hasProperty(driverAdapterError, "cause") ? driverAdapterError.cause : undefined
  if (!Predicate.hasProperty(cause, "originalCode")) return error
  const constraint = Predicate.hasProperty(cause, "constraint") ? cause.constraint : undefined
  const message = Predicate.hasProperty(cause, "originalMessage") ? String(cause.originalMessage) : "raw query failed"
  return Object.assign(new Error(message, { cause: error }), {
    code: cause.originalCode,
    constraint: Predicate.hasProperty(constraint, "index") ? constraint.index : undefined
  })
}

/** Runs on a client of Prisma or on that of its interactive transaction. */
export const fromPrisma = (client: {
  $queryRawUnsafe<T>(text: string, ...values: Array<unknown>): Promise<T>
}): Execute =>
  withConcurrency(poolSize(client), async (text, parameters) => {
    try {
      return await client.$queryRawUnsafe<HostRows>(text, ...parameters)
    } catch (error) {
      throw unwrap(error)
    }
  })
