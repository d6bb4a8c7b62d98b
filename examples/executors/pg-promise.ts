import type { Execute } from "@communications/postgres"
import pgPromise, { type IBaseProtocol } from "pg-promise"

// #region executor
const fromPgPromise =
  (handle: IBaseProtocol<unknown>): Execute =>
  (text, parameters) =>
    handle.any(new pgPromise.ParameterizedQuery({ text, values: [...parameters] }))
// #endregion

export const open = async (connectionString: string) => {
  const db = pgPromise()({ connectionString, max: 10 })
  return {
    pool: fromPgPromise(db),
    transaction: (body: (execute: Execute) => Promise<void>) => db.tx((tx) => body(fromPgPromise(tx))),
    close: () => db.$pool.end()
  }
}
