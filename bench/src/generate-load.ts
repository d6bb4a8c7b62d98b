/** A process that puts a load on a server and prints the result. Its one argument is an `Assignment`, as JSON. */
import { Connection } from "./Connection.ts"
import { completing } from "./Dataset.ts"
import { type Assignment, type Measured, summary } from "./Load.ts"

const {
  url,
  dataset,
  first,
  connections,
  seconds,
  rate,
  requests = Infinity
}: Assignment = JSON.parse(process.argv[2] ?? "")
const path = "/crmapi/rest/v2/communications/complete"
const last = Math.min(dataset.communications, first + requests - 1)
const drained = 10_000

const latencies: Array<number> = []
const unexpected: Record<string, number> = {}
const complain = (reason: string) => {
  unexpected[reason] = (unexpected[reason] ?? 0) + 1
}
let next = first
let completed = 0
let inTime = 0
let inFlight = 0

const idle: Array<Connection> = []
const all = Array.from(
  { length: connections },
  () =>
    new Connection(url, path, (reason) => {
      complain(reason.message)
      inFlight--
    })
)

const cpu = process.cpuUsage()
const start = performance.now()
const deadline = start + seconds * 1000
let lastAnswer = start

/** Completes the next draft on this connection; `due` is when the request should be sent. */
const ask = (connection: Connection, due: number): void => {
  const number = next++
  inFlight++
  connection.send(completing(dataset, number), ({ status, body }) => {
    const now = performance.now()
    inFlight--
    latencies.push(now - due)
    if (status === 200 && body.includes(`"number":"${number}"`) && body.includes('"COMPLETED"')) {
      completed++
      if (now <= deadline) {
        inTime++
        lastAnswer = now
      }
    } else complain(`${status} ${body.toString("utf8", 0, 60)}`)
    idle.push(connection)
    if (rate === undefined && now < deadline && next <= last) ask(take(), now)
  })
}

const take = (): Connection => {
  const connection = idle.pop()
  if (connection === undefined) throw new Error("no connection is idle")
  return connection
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

idle.push(...all)
if (rate === undefined) {
  while (idle.length > 0 && next <= last) ask(take(), performance.now())
  while (performance.now() < deadline && !(next > last && inFlight === 0)) await sleep(5)
} else {
  const total = Math.min(Math.floor(rate * seconds), last - first + 1)
  // A request that is due is sent as soon as a connection is free; the delay counts as latency.
  while (next - first < total && performance.now() < deadline + drained) {
    const due = Math.min(total, Math.ceil(((performance.now() - start) * rate) / 1000))
    while (next - first < due && idle.length > 0) ask(take(), start + ((next - first) * 1000) / rate)
    await sleep(1)
  }
}
while (inFlight > 0 && performance.now() < deadline + drained) await sleep(5)
if (inFlight > 0) unexpected["no answer"] = inFlight
for (const connection of all) connection.close()

// If the requests ran out before the time was over, the load ended with the last answer.
const elapsed = next > last && rate === undefined ? lastAnswer - start : seconds * 1000
const { user, system } = process.cpuUsage(cpu)
const measured: Measured = {
  sent: next - first,
  completed,
  unexpected,
  generatorTime: (user + system) / latencies.length,
  perSecond: (inTime * 1000) / elapsed,
  ...summary(latencies)
}
console.log(JSON.stringify(measured))
