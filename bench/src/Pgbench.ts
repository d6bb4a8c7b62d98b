/** Runs the statement by pgbench: the speed of the database without a server. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { statementBy } from "../peers/statement.ts"
import { type Assignment, type Measured, summary } from "./Load.ts"
import { outputOf } from "./Processes.ts"

const clients = 10

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "communications-pgbench-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** Each client completes its own sequence of drafts. The statement computes the values that pgbench cannot compute. */
const scriptOf = ({ first, dataset }: Assignment): string => {
  const values: ReadonlyArray<string> = [
    "sha256(convert_to(upper(md5('token ' || (:organisation)::text)), 'UTF8'))",
    "(:number)",
    "now()",
    "gen_random_uuid()::text"
  ]
  const statement = statementBy("number").replace(/\$(\d)/g, (_, digit) => values[Number(digit) - 1] ?? "")
  return [
    "\\set turn :turn + 1",
    `\\set number ${first} + (:turn - 1) * ${clients} + :client_id`,
    `\\set organisation :number % ${dataset.organisations}`,
    `${statement.replaceAll(/\s+/g, " ").trim()};`,
    ""
  ].join("\n")
}

/** Whether pgbench is installed. */
export const isInstalled = Effect.match(Effect.sandbox(outputOf("pgbench", ["--version"])), {
  onSuccess: () => true,
  onFailure: () => false
})

/** Runs the statement under a load, on as many connections as the servers have in their pools. */
export const run = Effect.fn(function* (assignment: Assignment) {
  const path = yield* folder
  const script = join(path, "complete.sql")
  yield* Effect.promise(() => writeFile(script, scriptOf(assignment)))
  const rate = assignment.rate === undefined ? [] : [`--rate=${assignment.rate}`]
  const limit =
    assignment.requests === undefined
      ? [`--time=${assignment.seconds}`]
      : [`--transactions=${Math.floor(assignment.requests / clients)}`]
  const printed = yield* outputOf(
    "pgbench",
    [
      ...["--no-vacuum", "--protocol=prepared", `--client=${clients}`, "--define=turn=0", `--file=${script}`],
      ...["--log", `--log-prefix=${join(path, "log")}`, ...limit, ...rate, assignment.url]
    ],
    {}
  )
  const logs = yield* Effect.promise(async () => {
    const names = (await readdir(path)).filter((name) => name.startsWith("log"))
    return (await Promise.all(names.map((name) => readFile(join(path, name), "utf8")))).join("")
  })
  const lines = logs
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" ").map(Number))
  const latencies = lines.map(([, , microseconds = 0]) => microseconds / 1000)
  const completed = lines.length
  // Clients progress at different speeds: every draft up to that of the fastest client counts as sent.
  const sent = Math.max(0, ...lines.map(([, turn = 0]) => turn)) * clients + clients
  const perSecond = Number(/tps = ([\d.]+)/.exec(printed)?.[1])
  const measured: Measured = { sent, completed, unexpected: {}, generatorTime: 0, perSecond, ...summary(latencies) }
  return measured
}, Effect.scoped)
