import type { Execute } from "@communications/postgres"
import { SQL } from "bun"

// #region executor
const fromBun =
  (sql: SQL): Execute =>
  async (text, parameters) => {
    try {
      return [...(await sql.unsafe(text, [...parameters]))]
    } catch (error) {
      throw error instanceof SQL.PostgresError ? Object.assign(error, { code: error.errno }) : error // its SQLSTATE
    }
  }
// #endregion

export const open = async (url: string) => {
  const sql = new SQL(url, { max: 10 })
  return {
    pool: fromBun(sql),
    transaction: (body: (execute: Execute) => Promise<void>) => sql.begin((tx) => body(fromBun(tx))),
    close: () => sql.close()
  }
}
