/** The program of the thread that `KeptThread` keeps. */
import { parentPort } from "node:worker_threads"
import { init, runBaseTests, setupEnvironment } from "vitest/worker"

init({
  post: (response) => parentPort?.postMessage(response),
  on: (callback) => parentPort?.on("message", callback),
  off: (callback) => parentPort?.off("message", callback),
  runTests: (state, traces) => runBaseTests("run", state, traces),
  collectTests: (state, traces) => runBaseTests("collect", state, traces),
  setup: setupEnvironment
})
