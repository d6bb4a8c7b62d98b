import type { Execute } from "@communications/postgres"
import { QueryTypes, Sequelize, type Transaction } from "sequelize"

// #region executor
const fromSequelize =
  (sequelize: Sequelize, transaction: Transaction | null = null): Execute =>
  async (text, parameters) => {
    const bind = parameters.length === 0 ? {} : { bind: [...parameters] } // with `bind`, `$$` would become `$`
    try {
      return await sequelize.query(text, { ...bind, transaction, type: QueryTypes.SELECT })
    } catch (error) {
      throw error instanceof Error && "original" in error ? error.original : error // the error of pg
    }
  }
// #endregion

export const open = async (url: string) => {
  const sequelize = new Sequelize(url, { logging: false, pool: { max: 10 } })
  return {
    pool: fromSequelize(sequelize),
    transaction: (body: (execute: Execute) => Promise<void>) =>
      sequelize.transaction((transaction) => body(fromSequelize(sequelize, transaction))),
    close: () => sequelize.close()
  }
}
