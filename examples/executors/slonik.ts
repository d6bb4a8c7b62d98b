import type { Execute } from "@communications/postgres"
import { type CommonQueryMethods, createPool, sql } from "slonik"
import { z } from "zod"

// #region executor
const row = z.record(z.string(), z.unknown())

const fromSlonik =
  (handle: CommonQueryMethods): Execute =>
  async (text, parameters) => {
    const values = parameters.map((value) => (value === null ? null : String(value)))
    return (await handle.query({ ...sql.type(row)``, sql: text, values })).rows
  }
// #endregion

export const open = async (url: string) => {
  const pool = await createPool(url, { maximumPoolSize: 10 })
  return {
    pool: fromSlonik(pool),
    transaction: (body: (execute: Execute) => Promise<void>) => pool.transaction((tx) => body(fromSlonik(tx))),
    close: () => pool.end()
  }
}
