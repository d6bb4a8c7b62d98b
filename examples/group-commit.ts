import { createCommunications } from "@communications/core"
import { GroupCommit, layer } from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { Layer, Redacted } from "effect"

// #region ports
const Database = PgClient.layer({ url: Redacted.make(process.env.DATABASE_URL ?? ""), maxConnections: 10 })
const ports = layer.pipe(Layer.provide([Database, Layer.succeed(GroupCommit, "all")]), Layer.orDie)
const { communications, dispose } = createCommunications(ports)
// #endregion

const caller = { organisation: "BB647AADC13A66CE4311B6027DA8030E", user: "F50927C44314BA21B2DAEECFF2E53BB0" }

const completed = await communications.complete({ caller, communication_identifier: { number: "41" } })
console.log(completed.ok ? completed.value.life_cycle_state : completed.error.message)
await dispose()
