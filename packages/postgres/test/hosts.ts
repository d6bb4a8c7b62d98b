/** Hosts: programs that have a handle on PostgreSQL, of any library, and transactions of their own on it. */

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

/** What a host has while its transaction is open. */
export interface Transaction {
  /** Runs a statement of the host's own, by the means of its library. */
  readonly own: (text: string) => PromiseLike<unknown>
  /** The means that we are given. */
  readonly execute: Execute
  /** Which methods of the handle were called by what we were given. */
  readonly calls: ReadonlyArray<string>
}

/** A host that is connected to its database. */
export interface OpenHost {
  /** Runs each statement in a transaction of its own. */
  readonly execute: Execute
  /** Commits what the body did where it succeeds, rolls it back where it fails. */
  readonly transaction: (body: (transaction: Transaction) => Promise<void>) => Promise<unknown>
  readonly close: () => Promise<unknown>
}

/** A way to be a host. */
export interface Host {
  readonly name: string
  /** How many statements its handle runs at once where each is a transaction of its own. */
  readonly concurrency: number
  /** Whether its transaction goes on after a statement that failed, once it is rolled back to a savepoint. */
  readonly forgiving: boolean
  /** The method of the handle that every statement of ours calls. */
  readonly method: string
  readonly open: (url: string) => Promise<OpenHost>
}

/** The same handle, which notes the methods that are called. */
const watched = <Handle extends object>(handle: Handle, calls: Array<string>): Handle =>
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

/** What a host has on a handle that is in a transaction. */
const on = <Handle extends object>(
  handle: Handle,
  from: (handle: Handle) => Execute,
  own: Transaction["own"]
): Transaction => {
  const calls: Array<string> = []
  return { own, calls, execute: from(watched(handle, calls)) }
}

const pool = (connectionString: string) => new pg.Pool({ connectionString, max: 10 })

/** Between BEGIN and COMMIT on a client of pg. */
const between = async (client: pg.ClientBase, body: (transaction: Transaction) => Promise<void>) => {
  await client.query("BEGIN")
  try {
    await body(on(client, fromPg, (text) => client.query(text)))
    await client.query("COMMIT")
  } catch (error) {
    await client.query("ROLLBACK")
    throw error
  }
}

/** Every host that is held against what we promise to hosts. */
export const hosts: ReadonlyArray<Host> = [
  {
    name: "pg, Pool and PoolClient",
    concurrency: 10,
    forgiving: true,
    method: "query",
    open: async (url) => {
      const opened = pool(url)
      return {
        execute: fromPg(opened),
        transaction: async (body) => {
          const client = await opened.connect()
          await between(client, body).finally(() => client.release())
        },
        close: () => opened.end()
      }
    }
  },
  {
    name: "pg, Client",
    concurrency: 1,
    forgiving: true,
    method: "query",
    open: async (connectionString) => {
      const client = new pg.Client({ connectionString })
      await client.connect()
      return { execute: fromPg(client), transaction: (body) => between(client, body), close: () => client.end() }
    }
  },
  {
    name: "postgres.js",
    concurrency: 10,
    forgiving: false,
    method: "unsafe",
    open: async (url) => {
      const sql = postgres(url, { max: 10 })
      return {
        execute: fromPostgresJs(sql),
        transaction: (body) => sql.begin((tx) => body(on(tx, fromPostgresJs, (text) => tx.unsafe(text)))),
        close: () => sql.end()
      }
    }
  },
  {
    name: "Kysely, with a plugin that renames columns",
    concurrency: 10,
    forgiving: true,
    method: "withoutPlugins",
    open: async (url) => {
      const dialect = new PostgresDialect({ pool: pool(url) })
      const db = new Kysely<object>({ dialect, plugins: [new CamelCasePlugin()] })
      return {
        execute: fromKysely(db),
        transaction: (body) =>
          db.transaction().execute((trx) => body(on(trx, fromKysely, (text) => kyselySql.raw(text).execute(trx)))),
        close: () => db.destroy()
      }
    }
  },
  {
    name: "Drizzle over pg",
    concurrency: 10,
    forgiving: true,
    method: "execute",
    open: async (url) => {
      const client = pool(url)
      const db = drizzlePg({ client })
      return {
        execute: fromDrizzle(db, drizzleSql),
        transaction: (body) =>
          db.transaction((tx) =>
            body(
              on(
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
    concurrency: 10,
    forgiving: false,
    method: "execute",
    open: async (url) => {
      const client = postgres(url, { max: 10 })
      const db = drizzlePostgresJs({ client })
      return {
        execute: fromDrizzle(db, drizzleSql),
        transaction: (body) =>
          db.transaction((tx) =>
            body(
              on(
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
    name: "Knex",
    concurrency: 10,
    forgiving: true,
    method: "raw",
    open: async (connection) => {
      const db = knex({ client: "pg", connection, pool: { min: 0, max: 10 } })
      return {
        execute: fromKnex(db),
        transaction: (body) => db.transaction((trx) => body(on(trx, fromKnex, (text) => trx.raw(text)))),
        close: () => db.destroy()
      }
    }
  },
  {
    name: "Prisma",
    concurrency: 10,
    forgiving: true,
    method: "$queryRawUnsafe",
    open: async (url) => {
      const prisma = prismaClient(url)
      return {
        execute: fromPrisma(prisma),
        transaction: (body) =>
          prisma.$transaction((tx) => body(on(tx, fromPrisma, (text) => tx.$executeRawUnsafe(text))), {
            timeout: 60_000
          }),
        close: () => prisma.$disconnect()
      }
    }
  },
  {
    name: "PGlite",
    concurrency: 1,
    forgiving: true,
    method: "query",
    open: async () => {
      const db = await PGlite.create()
      return {
        execute: fromPg(db),
        transaction: (body) => db.transaction((tx) => body(on(tx, fromPg, (text) => tx.query(text)))),
        close: () => db.close()
      }
    }
  }
]
