import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { freshId } from "@communications/core/testing"
import { isLong, record } from "@communications/test-support/faults"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import pg from "pg"
import { given, reader } from "./log.ts"
import { type Finish, type Kind, openRacers, type Race } from "./racers.ts"

const isolations = ["read committed", "repeatable read", "serializable"] as const
const kinds: ReadonlyArray<Kind> = [
  ...(["all", "organisation", "off"] as const).map((groupCommit) => ({ groupCommit })),
  ...isolations.map((pool) => ({ pool })),
  ...isolations.map((transaction) => ({ transaction }))
]

/** Rounds of each kind; every disturbance comes equally often. */
const rounds = isLong ? 36 : 1

/** How another transaction disturbs a race. */
const disturbances = ["none", "holds the row", "deadlocks"] as const

/** The racers of another process, which runs until the scope closes. */
const anotherProcess = (url: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() =>
        fork(join(import.meta.dirname, "racerProcess.ts"), {
          execArgv: ["--disable-warning=ExperimentalWarning", "--conditions=@communications/source"],
          env: { ...process.env, DATABASE_URL: url }
        })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    ),
    (child) =>
      async (message: Kind | Race | null): Promise<ReadonlyArray<Finish>> => {
        const answer = once(child, "message")
        child.send(JSON.stringify(message))
        return (await answer)[0]
      }
  )

/** Another transaction that disturbs a race. It never commits a change. */
const disturb = async (
  sql: pg.Client,
  { id }: Race,
  how: (typeof disturbances)[number],
  race: () => Promise<unknown>
) => {
  if (how === "none") return void (await race())
  const until = async (query: string) => {
    while ((await sql.query(query)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const [communication] = (await sql.query("SELECT organisation, id FROM communications WHERE id = $1", [id])).rows
  await sql.query("BEGIN")
  if (how === "holds the row") await sql.query("SELECT FROM communications WHERE id = $1 FOR UPDATE", [id])
  else {
    await sql.query(
      `INSERT INTO communication_history (organisation, communication, version, "from", "to", at, by, era)
        SELECT $1, $2, 2, 'DRAFT', 'COMPLETED', now(), $2, era FROM log_eras`,
      [communication.organisation, communication.id]
    )
  }
  const racing = race()
  // Unlike pg_stat_activity, pg_locks is read again within a transaction.
  await until("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
  if (how === "deadlocks") {
    // A racer has changed the row, and waits for the entry; now this transaction waits for the row.
    await sql.query("UPDATE communications SET subject = subject WHERE id = $1", [id]).catch(() => {})
  }
  await sql.query("ROLLBACK")
  await racing
}

it.live(
  "of 64 racers in two processes, exactly one completes the draft, whatever others do to the row",
  (test) =>
    Effect.gen(function* () {
      const { url, drafts, organisation, events } = yield* given(kinds.length * rounds)
      const elsewhere = yield* anotherProcess(url)
      const sql = new pg.Client({ connectionString: url })
      yield* Effect.acquireRelease(
        Effect.promise(() => sql.connect()),
        () => Effect.promise(() => sql.end())
      )
      const query = async (text: string, parameters: ReadonlyArray<unknown> = []) =>
        (await sql.query(text, [...parameters])).rows
      yield* Effect.promise(async () => {
        await query("CREATE TABLE orders (request text PRIMARY KEY)")
        await query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET deadlock_timeout = '100ms'`)
        await query("SET deadlock_timeout = '2s'")
      })
      const figures = { rounds: 0, racers: 0, winners: 0, retries: 0, double: 0, none: 0 }
      const winners = new Map<string, string>()
      yield* Effect.promise(async () => {
        for (const [index, kind] of kinds.entries()) {
          const here = openRacers(url, kind)
          await elsewhere(kind)
          for (const [round, draft] of drafts.slice(index * rounds, (index + 1) * rounds).entries()) {
            const how = disturbances[(index + round) % disturbances.length] ?? "none"
            const requests = Array.from({ length: 32 }, () => freshId())
            const race = { caller: { organisation, user: freshId() }, id: draft.id, number: draft.number, requests }
            const finishes: Array<Finish> = []
            await disturb(sql, race, how, async () => {
              const others = { ...race, requests: requests.map(() => freshId()) }
              finishes.push(...(await Promise.all([here.run(race), elsewhere(others)])).flat())
            })
            const title = `${JSON.stringify(kind)}, another transaction: ${how}`
            const won = finishes.filter(({ result }) => result === "OK").map(({ request }) => request)
            assert.lengthOf(won, 1, title)
            const [winner = ""] = won
            winners.set(draft.id, winner)
            const rest = finishes.filter(({ request }) => request !== winner)
            assert.deepStrictEqual(
              rest.map(({ result, completedIn }) => [result, completedIn]),
              Array.from({ length: 63 }, () => ["NotDraft", winner]),
              title
            )
            const rows = await query(
              `SELECT c.version, c.life_cycle_state, c.completed_by = $2 AS by, h.version AS entry, h."to", h.request_id
                FROM communications c JOIN communication_history h ON h.communication = c.id
                WHERE c.id = $1 ORDER BY h.version`,
              [draft.id, race.caller.user]
            )
            const completed = { version: 2, life_cycle_state: "COMPLETED", by: true }
            const [created] = rows
            assert.deepStrictEqual(rows, [
              { ...completed, entry: 1, to: "DRAFT", request_id: created?.request_id },
              { ...completed, entry: 2, to: "COMPLETED", request_id: winner }
            ])
            figures.rounds++
            figures.racers += finishes.length
            figures.winners += won.length
            for (const { retries } of finishes) figures.retries += retries
          }
          await here.close()
          await elsewhere(null)
        }
      })
      const log = reader({ events })
      yield* log.readAll(figures.rounds)
      yield* log.readOn
      const delivered = log.seen.map((event): [string, string] => [event.communication, String(event.request_id)])
      assert.lengthOf(delivered, figures.rounds)
      assert.deepStrictEqual(new Map(delivered), winners)
      const [orders] = yield* Effect.promise(() => query("SELECT count(*)::int AS count FROM orders"))
      assert.strictEqual(orders?.count, isolations.length * rounds)
      const [database] = yield* Effect.promise(() =>
        query("SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()")
      )
      record(test, { ...figures, deadlocks: database?.deadlocks, events: delivered.length })
    }),
  300_000
)
