/** Hosts: programs with a PostgreSQL handle of some library, on which they run statements and transactions. */

import {
  type Execute,
  fromDrizzle,
  fromKnex,
  fromKysely,
  fromPg,
  fromPostgresJs,
  fromPrisma
} from "@communications/postgres"
import { PGlite } from "@electric-sql/pglite"
import { sql as drizzleSql } from "drizzle-orm"
import { drizzle as drizzlePg } from "drizzle-orm/node-postgres"
import { drizzle as drizzlePostgresJs } from "drizzle-orm/postgres-js"
import knex from "knex"
import { CamelCasePlugin, Kysely, sql as kyselySql, PostgresDialect } from "kysely"
import pg from "pg"
import postgres from "postgres"
import { prismaClient } from "./prismaClient.ts"

/** An open transaction of a host. */
export interface Transaction {
  /** Runs a statement of the host with its library. */
  readonly run: (text: string) => PromiseLike<unknown>
  /** Runs our statements on the handle of the transaction. */
  readonly execute: Execute
  /** The methods of the handle that `execute` has called. */
  readonly calls: ReadonlyArray<string>
}

/** A host that is connected to its database. */
export interface OpenHost {
  /** Runs each statement in a separate transaction. */
  readonly execute: Execute
  /** Runs the body in a transaction: commits if it succeeds, and rolls back if it fails. */
  readonly transaction: (body: (transaction: Transaction) => Promise<void>) => Promise<unknown>
  readonly close: () => Promise<unknown>
}

/** A host, by the library that it uses. */
export interface Host {
  readonly name: string
  /** The number of its connections, which is how many statements run at once outside a transaction. */
  readonly concurrency: number
  /** Whether its transaction can go on after a failed statement, if it has been rolled back to a savepoint. */
  readonly survivesFailure: boolean
  /** The method of the handle that `execute` calls for every statement. */
  readonly method: string
  readonly open: (url: string) => Promise<OpenHost>
}

/** Wraps a handle so that it records the methods that are called. */
const recording = <Handle extends object>(handle: Handle, calls: Array<string>): Handle =>
  new Proxy(handle, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== "function") return member
      return (...parameters: ReadonlyArray<unknown>) => {
        calls.push(String(name))
        return Reflect.apply(member, target, parameters)
      }
    }
  })

/** The transaction that is open on a handle. */
const transactionOn = <Handle extends object>(
  handle: Handle,
  from: (handle: Handle) => Execute,
  run: Transaction["run"]
): Transaction => {
  const calls: Array<string> = []
  return { run, calls, execute: from(recording(handle, calls)) }
}

const pool = (connectionString: string, max = 10) => new pg.Pool({ connectionString, max })

/** Parsers of pg that return `int4` as BigInt and other integers as text. */
const unusualParsers: pg.CustomTypesConfig = {
  getTypeParser: (type, format) => {
    if (type === pg.types.builtins.INT4) return (value: string) => BigInt(value)
    return type === pg.types.builtins.INT8 ? (value: string) => value : pg.types.getTypeParser(type, format)
  }
}

/** A row with camelCase names, as hosts of Knex rename them. */
const camelCased = (row: object) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [postgres.toCamel(name), value]))

/** Runs the body between BEGIN and COMMIT on a client of pg. */
const inTransaction = async (client: pg.ClientBase, body: (transaction: Transaction) => Promise<void>) => {
  await client.query("BEGIN")
  try {
    await body(transactionOn(client, fromPg, (text) => client.query(text)))
    await client.query("COMMIT")
  } catch (error) {
    await client.query("ROLLBACK")
    throw error
  }
}

/** The hosts for which the tests prove our guarantees. */
export const hosts: ReadonlyArray<Host> = [
  {
    name: "pg, Pool and PoolClient",
    concurrency: 10,
    survivesFailure: true,
    method: "query",
    open: async (url) => {
      const opened = pool(url)
      return {
        execute: fromPg(opened),
        transaction: async (body) => {
          const client = await opened.connect()
          await inTransaction(client, body).finally(() => client.release())
        },
        close: () => opened.end()
      }
    }
  },
  {
    name: "pg, Client, with parsers that return BigInt and text",
    concurrency: 1,
    survivesFailure: true,
    method: "query",
    open: async (connectionString) => {
      const client = new pg.Client({ connectionString, types: unusualParsers })
      await client.connect()
      return { execute: fromPg(client), transaction: (body) => inTransaction(client, body), close: () => client.end() }
    }
  },
  {
    name: "postgres.js, with a transform that renames columns",
    concurrency: 7,
    survivesFailure: false,
    method: "unsafe",
    open: async (url) => {
      const sql = postgres(url, { max: 7, transform: postgres.camel })
      return {
        execute: fromPostgresJs(sql),
        transaction: (body) => sql.begin((tx) => body(transactionOn(tx, fromPostgresJs, (text) => tx.unsafe(text)))),
        close: () => sql.end()
      }
    }
  },
  {
    name: "Kysely, with a plugin that renames columns",
    concurrency: 10,
    survivesFailure: true,
    method: "withoutPlugins",
    open: async (url) => {
      const dialect = new PostgresDialect({ pool: pool(url) })
      const db = new Kysely<object>({ dialect, plugins: [new CamelCasePlugin()] })
      return {
        execute: fromKysely(db),
        transaction: (body) =>
          db
            .transaction()
            .execute((trx) => body(transactionOn(trx, fromKysely, (text) => kyselySql.raw(text).execute(trx)))),
        close: () => db.destroy()
      }
    }
  },
  {
    name: "Drizzle over pg",
    concurrency: 6,
    survivesFailure: true,
    method: "execute",
    open: async (url) => {
      const client = pool(url, 6)
      const db = drizzlePg({ client })
      return {
        execute: fromDrizzle(db, drizzleSql),
        transaction: (body) =>
          db.transaction((tx) =>
            body(
              transactionOn(
                tx,
                (tx) => fromDrizzle(tx, drizzleSql),
                (text) => tx.execute(text)
              )
            )
          ),
        close: () => client.end()
      }
    }
  },
  {
    name: "Drizzle over postgres.js",
    concurrency: 5,
    survivesFailure: false,
    method: "execute",
    open: async (url) => {
      const client = postgres(url, { max: 5 })
      const db = drizzlePostgresJs({ client })
      return {
        execute: fromDrizzle(db, drizzleSql),
        transaction: (body) =>
          db.transaction((tx) =>
            body(
              transactionOn(
                tx,
                (tx) => fromDrizzle(tx, drizzleSql),
                (text) => tx.execute(text)
              )
            )
          ),
        close: () => client.end()
      }
    }
  },
  {
    name: "Knex, with a postProcessResponse that renames columns",
    concurrency: 8,
    survivesFailure: true,
    method: "raw",
    open: async (connection) => {
      const postProcessResponse = (result: object) =>
        "rows" in result && Array.isArray(result.rows) ? { ...result, rows: result.rows.map(camelCased) } : result
      const db = knex({ client: "pg", connection, pool: { min: 0, max: 8 }, postProcessResponse })
      return {
        execute: fromKnex(db),
        transaction: (body) => db.transaction((trx) => body(transactionOn(trx, fromKnex, (text) => trx.raw(text)))),
        close: () => db.destroy()
      }
    }
  },
  {
    name: "Prisma",
    concurrency: 10,
    survivesFailure: true,
    method: "$queryRawUnsafe",
    open: async (url) => {
      const prisma = prismaClient(url)
      return {
        execute: fromPrisma(prisma),
        transaction: (body) =>
          prisma.$transaction((tx) => body(transactionOn(tx, fromPrisma, (text) => tx.$executeRawUnsafe(text))), {
            timeout: 60_000
          }),
        close: () => prisma.$disconnect()
      }
    }
  },
  {
    name: "PGlite",
    concurrency: 1,
    survivesFailure: true,
    method: "query",
    open: async () => {
      const db = await PGlite.create()
      await db.exec("SET search_path = communications, public")
      return {
        execute: fromPg(db),
        transaction: (body) => db.transaction((tx) => body(transactionOn(tx, fromPg, (text) => tx.query(text)))),
        close: () => db.close()
      }
    }
  }
]
