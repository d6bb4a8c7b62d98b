import type { Execute } from "@communications/postgres"
import { DataSource, type EntityManager } from "typeorm"

// #region executor
const fromTypeOrm =
  (handle: DataSource | EntityManager): Execute =>
  async (text, parameters) => {
    const result = await handle.query(text, [...parameters])
    return Array.isArray(result[0]) ? result[0] : result // `[rows, count]` for UPDATE and DELETE
  }
// #endregion

export const open = async (url: string) => {
  const source = await new DataSource({ type: "postgres", url }).initialize()
  return {
    pool: fromTypeOrm(source),
    transaction: (body: (execute: Execute) => Promise<void>) => source.transaction((tx) => body(fromTypeOrm(tx))),
    close: () => source.destroy()
  }
}
