/** Runs the contracts of the ports against statements that lack a condition. */
import { readFileSync } from "node:fs"
import { type Clause, contracts } from "@communications/core/testing"
import * as Postgres from "@communications/postgres"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { Duration, Effect, Exit, Layer, Predicate } from "effect"
import pg from "pg"
import { mutantsOf } from "./Conditions.ts"
import { LockingPool, lockedRowClauses } from "./lockedRows.ts"

/** Whether a statement is for one item, or for several at once. */
export type Size = "alone" | "in a batch"

/** Returns the statement that runs instead of another one. */
type Rewrite = (text: string, size: Size) => Promise<string> | string

/** How many items a parameter has that is a list of steps as JSON, or an array as text. Other texts may begin like JSON. */
const itemsIn = (parameter: unknown): number => {
  if (typeof parameter !== "string") return 1
  if (parameter.startsWith('[{"item":')) return [...JSON.parse(parameter)].length
  return /^\{".*"\}$/s.test(parameter) ? (parameter.match(/"(\\.|[^"\\])*"/gs) ?? []).length : 1
}

export const sizeOf = (parameters: ReadonlyArray<unknown>): Size =>
  parameters.some((parameter) => itemsIn(parameter) > 1) ? "in a batch" : "alone"

const twins = readFileSync(new URL("./twins.sql", import.meta.url), "utf8")

/** `pg_stat_statements` does not record mutants: the test of recorded statements judges what the software sends. */
const unrecorded = "-c pg_stat_statements.track=none"

const connect = (url: string) =>
  Effect.acquireRelease(
    Effect.sync(() => new pg.Pool({ connectionString: url, max: 10, options: unrecorded }).on("error", () => {})),
    (pool) => Effect.promise(() => pool.end())
  )

/** Makes a database with the tables; returns its URL. */
export const migrated = Effect.scoped(
  Effect.gen(function* () {
    const url = yield* freshDatabase
    const pool = yield* connect(url)
    yield* Effect.promise(() => pool.query(Postgres.migrationsSql()))
    yield* Effect.promise(() => pool.query(twins))
    return url
  })
)

let copies = 0

/** A copy of a database, until the scope is closed. */
const copyOf = Effect.fnUntraced(function* (template: string) {
  const original = new URL(template).pathname.slice(1)
  const name = `${original}_${copies++}`
  const admin = yield* connect(Object.assign(new URL(template), { pathname: "/postgres" }).href)
  yield* Effect.acquireRelease(
    Effect.promise(() => admin.query(`CREATE DATABASE ${name} TEMPLATE ${original}`)),
    () => Effect.promise(() => admin.query(`DROP DATABASE ${name} WITH (FORCE)`))
  )
  return Object.assign(new URL(template), { pathname: `/${name}` }).href
})

/** How long a statement and a clause may take. */
interface Limits {
  readonly statement: Duration.Duration
  readonly clause: Duration.Duration
}

/** A mutant may wait forever. */
const limits: Limits = { statement: Duration.seconds(10), clause: Duration.seconds(30) }

const clauses: ReadonlyArray<Clause<Effect.Services<(typeof contracts)[number]["test"]> | LockingPool>> = [
  ...contracts,
  ...lockedRowClauses
]

/** A clause of a contract, with or without group commit. */
export interface Case {
  readonly clause: string
  readonly groupCommit: "off" | "all"
  readonly test: (typeof clauses)[number]["test"]
}

/** Every clause, with and without group commit. */
export const cases: ReadonlyArray<Case> = (["off", "all"] as const).flatMap((groupCommit) =>
  clauses.map(({ name, test }) => ({ clause: name, groupCommit, test }))
)

/** Whether the statement would be retried, because of a concurrent transaction. */
const isConflict = (error: unknown): boolean =>
  Predicate.hasProperty(error, "code") && (error.code === "40001" || error.code === "40P01")

/** Whether the error says nothing about the statement: the database is full, shuts down, or is out of reach. */
const isOutage = (error: unknown): boolean =>
  Predicate.hasProperty(error, "code") && /^(53|57P|58|ECONN)/.test(String(error.code))

/** Makes the function that runs cases with rewritten statements in a copy of a database. An outage of it is a defect. */
const runningOn = Effect.fnUntraced(function* (template: string, rewrite: Rewrite) {
  const pool = yield* connect(yield* copyOf(template))
  const execute = Postgres.fromPg(pool)
  /** The error of a statement in a batch. The batch repeats its items alone, which can hide the fault. */
  let failed: unknown
  let outage: unknown
  const noBatchFailed = Effect.suspend(() => (failed === undefined ? Effect.void : Effect.die(failed)))
  const noTwinChanged = Effect.flatMap(
    Effect.promise(() => pool.query("SELECT FROM communications.changed_twins")),
    ({ rows }) => (rows.length === 0 ? Effect.void : Effect.die(new Error("a statement changed another organisation")))
  )
  const rewritten: Postgres.Execute = Object.assign(
    async (text: string, parameters: ReadonlyArray<unknown>) => {
      const size = sizeOf(parameters)
      const statement = await rewrite(text, size)
      return execute(statement, parameters).catch((error: unknown) => {
        if (size === "in a batch" && !isConflict(error)) failed ??= error
        if (isOutage(error)) outage ??= error
        throw error
      })
    },
    { concurrency: 10 }
  )
  const portsWith = (groupCommit: Case["groupCommit"]) =>
    Layer.build(
      Layer.fresh(Postgres.layer).pipe(
        Layer.provide(Layer.succeed(Postgres.GroupCommit, groupCommit)),
        Layer.provide(Postgres.layerExecutor(rewritten))
      )
    )
  const ports = { off: yield* portsWith("off"), all: yield* portsWith("all") }
  return ({ groupCommit, test }: Case, { statement, clause }: Limits) =>
    test.pipe(
      Effect.andThen(noTwinChanged),
      Effect.andThen(noBatchFailed),
      Effect.provide(ports[groupCommit]),
      Effect.provideService(LockingPool, pool),
      Effect.provideService(Postgres.StorageTimeout, statement),
      Effect.provideService(Postgres.PasswordCost, 4),
      Effect.timeout(clause),
      Effect.exit,
      Effect.tap(() => (outage === undefined ? Effect.void : Effect.die(outage)))
    )
})

/** Statements that differ only in how many parameters or values they have, or a condition of them, without line breaks. */
const shapeOf = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\$\d+/g, "$")
    .replaceAll(/(\(\$::text\),?)+/g, "($)")
    .trim()

/** Statements of one shape without one condition, where they are for one item or for several. */
export interface SqlMutant {
  readonly size: Size
  readonly statement: string
  readonly condition: string
  /** How many equal conditions stand before this one in the statement. */
  readonly nth: number
  /** The statement without the condition, by the statement with it. */
  readonly texts: Map<string, string>
  /** The cases that run the statement, and how long each takes, in milliseconds. */
  readonly times: Map<Case, number>
}

/**
 * Runs cases with the statements as PostgreSQL's syntax tree prints them, in a copy of the template. Returns the
 * mutants of all statements that have run; a case that fails is a defect.
 */
export const findMutants = Effect.fnUntraced(function* (template: string, cases: ReadonlyArray<Case>) {
  const found = new Map<string, SqlMutant>()
  const trees = new Map<string, ReturnType<typeof mutantsOf>>()
  let running: { readonly one: Case; readonly began: number } | undefined
  const print = async (text: string, size: Size): Promise<string> => {
    const parsing = trees.get(text) ?? mutantsOf(text)
    trees.set(text, parsing)
    const tree = await parsing
    const earlier: Array<string> = []
    for (const [place, { condition: printed, text: mutated }] of tree.mutants.entries()) {
      const [statement, condition] = [shapeOf(text), shapeOf(printed)]
      const nth = earlier.filter((one) => one === condition).length
      earlier.push(condition)
      const key = `${size} ${place} ${statement}`
      const mutant = found.get(key) ?? {
        ...{ size, statement, condition, nth, texts: new Map(), times: new Map() }
      }
      found.set(key, mutant)
      mutant.texts.set(text, mutated)
      if (running !== undefined) mutant.times.set(running.one, performance.now() - running.began)
    }
    return tree.printed
  }
  const run = yield* runningOn(template, print)
  for (const one of cases) {
    running = { one, began: performance.now() }
    const exit = yield* run(one, { statement: Duration.minutes(1), clause: Duration.minutes(10) })
    if (Exit.isFailure(exit))
      return yield* Effect.die(new Error(`${one.clause} (group commit ${one.groupCommit}): ${exit.cause}`))
  }
  return [...found.values()]
}, Effect.scoped)

/** The first case that fails with a mutant, the fastest first, and whether it waited too long; undefined if all pass. */
export const killerOf = Effect.fnUntraced(function* (template: string, { size, texts, times }: SqlMutant) {
  const run = yield* runningOn(template, (text, sizeOfText) => (sizeOfText === size ? (texts.get(text) ?? text) : text))
  const fastest = [...times].sort(([, one], [, other]) => one - other)
  for (const [one] of fastest) {
    const [took, exit] = yield* Effect.timed(run(one, limits))
    if (Exit.isFailure(exit)) return { ...one, timedOut: Duration.isGreaterThanOrEqualTo(took, limits.statement) }
  }
}, Effect.scoped)
