import { once } from "node:events"
import { describeAdapter, overSocket } from "@communications/test-support/adapterAgreement"
import { adapterPorts } from "@communications/test-support/adapterPorts"
import { ManagedRuntime } from "effect"
import { listener } from "../src/http/Listener.ts"
import { strictServer } from "../src/http/StrictServer.ts"

describeAdapter("the Node server", async () => {
  const runtime = ManagedRuntime.make(adapterPorts)
  const server = strictServer(listener(await runtime.context()), () => {}).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  const port = typeof address === "object" ? (address?.port ?? 0) : 0
  return {
    exchange: overSocket(port),
    close: async () => {
      server.close().closeAllConnections()
      await runtime.dispose()
    }
  }
})
