/** Loaded into a server process by `--import`: prints its memory and the delays of its event loop twice a second. */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")
const collect: () => void = runInNewContext("gc")
const delays = monitorEventLoopDelay({ resolution: 10 })
delays.enable()

setInterval(() => {
  const milliseconds = { p50: delays.percentile(50) / 1e6, p99: delays.percentile(99) / 1e6, max: delays.max / 1e6 }
  collect()
  const { rss, heapUsed } = process.memoryUsage()
  process.stderr.write(`probe ${JSON.stringify({ rss, heapUsed, ...milliseconds })}\n`)
  delays.reset()
}, 500).unref()
