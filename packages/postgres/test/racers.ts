/** Callers that race for one draft in one process: on the library's own connections, and on those of a host. */
import { createCommunications, type Outcome, type Ports, StorageUnavailable } from "@communications/core"
import * as Postgres from "@communications/postgres"
import { PgClient } from "@effect/sql-pg"
import { Layer, Predicate, Redacted } from "effect"
import pg from "pg"

type Isolation = "read committed" | "repeatable read" | "serializable"

/** How racers reach the database. */
export type Kind =
  | { readonly groupCommit: "all" | "organisation" | "off" }
  | { readonly pool: Isolation }
  | { readonly transaction: Isolation }

/** A race: the requests of one process, and the communication, which they name by id and by number in turn. */
export interface Race {
  readonly caller: { readonly organisation: string; readonly user: string }
  readonly id: string
  readonly number: string
  readonly requests: ReadonlyArray<string>
}

/** The result of a request: `OK`, or the refusal with the request that completed the draft. */
export interface Finish {
  readonly request: string
  readonly result: string
  readonly completedIn: string | null
  /** How often the host ran its transaction again, after a conflict. */
  readonly retries: number
}

/** The racers of one process. */
export interface Racers {
  readonly run: (race: Race) => Promise<ReadonlyArray<Finish>>
  readonly close: () => Promise<void>
}

const connections = 8

const patient = <E>(ports: Layer.Layer<Ports, E>) =>
  createCommunications(Layer.orDie(Layer.provideMerge(ports, Layer.succeed(Postgres.StorageTimeout, "1 minute"))))
type Api = ReturnType<typeof patient>

const complete = (api: Api, { caller, id, number, requests }: Race, index: number) =>
  api.communications.complete(
    { caller, communication_identifier: index % 2 === 0 ? { id } : { number } },
    { request_id: String(requests[index]) }
  )

const finish = (outcome: Outcome<unknown, unknown>, request: string, retries = 0): Finish => {
  if (outcome.ok) return { request, result: "OK", completedIn: request, retries }
  const { error } = outcome
  const tag = Predicate.hasProperty(error, "_tag") ? String(error._tag) : "?"
  const completedIn = Predicate.hasProperty(error, "request_id") ? String(error.request_id) : null
  return { request, result: tag, completedIn, retries }
}

const onApi = (api: Api, close: () => Promise<void>): Racers => ({
  run: (race) =>
    Promise.all(race.requests.map(async (request, index) => finish(await complete(api, race, index), request))),
  close: async () => {
    await api.dispose()
    await close()
  }
})

const isConflict = (error: unknown) =>
  (error instanceof StorageUnavailable && error.reason === "conflict") ||
  (Predicate.hasProperty(error, "code") && /^40/.test(String(error.code)))

/** Each request in a transaction of the host, which also stores a row of the host, and runs again after a conflict. */
const inTransactions = (pool: pg.Pool, isolation: Isolation): Racers => {
  const attempt = async (race: Race, index: number) => {
    const client = await pool.connect()
    try {
      await client.query(`BEGIN ISOLATION LEVEL ${isolation}`)
      const api = patient(Postgres.layerHost(Postgres.fromPg(client)))
      const outcome = await complete(api, race, index)
      await api.dispose()
      if (outcome.ok) await client.query("INSERT INTO orders (request) VALUES ($1)", [race.requests[index]])
      await client.query(outcome.ok ? "COMMIT" : "ROLLBACK")
      if (!outcome.ok && isConflict(outcome.error)) throw outcome.error
      return outcome
    } catch (error) {
      await client.query("ROLLBACK")
      throw error
    } finally {
      client.release()
    }
  }
  const one = async (race: Race, index: number, request: string) => {
    for (let retries = 0; ; retries++) {
      try {
        return finish(await attempt(race, index), request, retries)
      } catch (error) {
        if (!isConflict(error)) throw error
      }
    }
  }
  return {
    run: (race) => Promise.all(race.requests.map((request, index) => one(race, index, request))),
    close: () => pool.end()
  }
}

/** Opens the racers of one process. */
export const openRacers = (url: string, kind: Kind): Racers => {
  if ("groupCommit" in kind) {
    const client = PgClient.layer({ url: Redacted.make(url), maxConnections: connections })
    const groupCommit = Layer.succeed(Postgres.GroupCommit, kind.groupCommit)
    return onApi(patient(Postgres.layer.pipe(Layer.provide([client, groupCommit]))), async () => {})
  }
  const isolation = "pool" in kind ? kind.pool : kind.transaction
  const options = `-c default_transaction_isolation=${isolation.replace(" ", "\\ ")}`
  const pool = new pg.Pool({ connectionString: url, max: connections, options })
  return "pool" in kind
    ? onApi(patient(Postgres.layerHost(Postgres.fromPg(pool))), () => pool.end())
    : inTransactions(pool, isolation)
}
