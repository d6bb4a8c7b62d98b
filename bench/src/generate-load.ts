/** A process that sends a load to a server and prints the result. Its only argument is an `Assignment`, as JSON. */
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
/** How long to wait for outstanding responses, in ms. */
const drainTime = 10_000

const latencies: Array<number> = []
const unexpected: Record<string, number> = {}
const countUnexpected = (reason: string) => {
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
      countUnexpected(reason.message)
      inFlight--
    })
)

const cpu = process.cpuUsage()
const start = performance.now()
const deadline = start + seconds * 1000
let lastResponse = start

/** Completes the next draft on this connection; `due` is the time at which the request should be sent. */
const send = (connection: Connection, due: number): void => {
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
        lastResponse = now
      }
    } else countUnexpected(`${status} ${body.toString("utf8", 0, 60)}`)
    idle.push(connection)
    if (rate === undefined && now < deadline && next <= last) send(takeIdle(), now)
  })
}

const takeIdle = (): Connection => {
  const connection = idle.pop()
  if (connection === undefined) throw new Error("no connection is idle")
  return connection
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

idle.push(...all)
if (rate === undefined) {
  while (idle.length > 0 && next <= last) send(takeIdle(), performance.now())
  while (performance.now() < deadline && !(next > last && inFlight === 0)) await sleep(5)
} else {
  const total = Math.min(Math.floor(rate * seconds), last - first + 1)
  // A due request is sent as soon as a connection is free; the delay counts as latency.
  while (next - first < total && performance.now() < deadline + drainTime) {
    const due = Math.min(total, Math.ceil(((performance.now() - start) * rate) / 1000))
    while (next - first < due && idle.length > 0) send(takeIdle(), start + ((next - first) * 1000) / rate)
    await sleep(1)
  }
}
while (inFlight > 0 && performance.now() < deadline + drainTime) await sleep(5)
if (inFlight > 0) unexpected["no response"] = inFlight
for (const connection of all) connection.close()

// If all requests were sent before the time was over, the load ended with the last response.
const elapsed = next > last && rate === undefined ? lastResponse - start : seconds * 1000
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
