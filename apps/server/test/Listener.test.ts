import { describeAdapter, overSocket } from "@communications/test-support/adapterAgreement"
import { adapterPorts } from "@communications/test-support/adapterPorts"
import { listening } from "./listening.ts"

describeAdapter("the Node server", async () => {
  const { port, close } = await listening(adapterPorts)
  return { exchange: overSocket(port), close }
})
