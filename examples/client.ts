import { CommunicationsError, createClient } from "@communications/http/client"

const client = createClient({
  baseUrl: process.env.COMMUNICATIONS_URL ?? "http://127.0.0.1:3000",
  token: "B679A1250F36F8D4DAF607B2D83ED551"
})

try {
  const { life_cycle_state } = await client.communications.complete({ communication_identifier: { number: "41" } })
  console.log(life_cycle_state)
} catch (error) {
  if (!(error instanceof CommunicationsError) || error.code !== "NOT_DRAFT") throw error
  console.log(error.description)
}
