import { type Execute, fromKysely } from "@communications/postgres"
import { MikroORM, type SqlEntityManager } from "@mikro-orm/postgresql"

// #region executor
const fromMikroOrm = (em: SqlEntityManager): Execute => fromKysely(em.getKysely())
// #endregion

export const open = async (url: string) => {
  const orm = await MikroORM.init({ clientUrl: url, entities: [], discovery: { warnWhenNoEntities: false } })
  return {
    pool: fromMikroOrm(orm.em),
    transaction: (body: (execute: Execute) => Promise<void>) => orm.em.transactional((em) => body(fromMikroOrm(em))),
    close: () => orm.close()
  }
}
