import assert from "node:assert/strict"
import { it } from "node:test"
import { type CommunicationEvent, type createCommunications, StorageUnavailable } from "@communications/core"
import { createTestCommunications } from "@communications/core/testing"

// #region once
// Your own code: it posts letters, and notes in a ledger when each was posted.
type Communications = ReturnType<typeof createCommunications>
type Caller = { readonly organisation: string; readonly user: string }

const post = async ({ communications }: Communications, caller: Caller, number: string) => {
  const outcome = await communications.complete({ caller, communication_identifier: { number } })
  if (outcome.ok) return "posted"
  if (outcome.error._tag === "NotDraft") return "posted before"
  throw outcome.error
}
const ledger: Array<string> = []
const enter = ({ number, at }: CommunicationEvent) => void ledger.push(`letter ${number} posted at ${at}`)

it("a letter is posted once", async () => {
  const crm = createTestCommunications({ now: "2026-03-01T09:00:00Z" })
  crm.seed.draft({ number: "41", media: "LETTER", contact_information: crm.seed.company({ company_name: "Acme" }) })

  crm.advance("2 hours")
  assert.equal(await post(crm, crm.caller, "41"), "posted")
  assert.equal(await post(crm, crm.caller, "41"), "posted before")

  crm.recordedEvents().forEach(enter)
  assert.deepEqual(ledger, ["letter 41 posted at 2026-03-01T11:00:00.000Z"])
})
// #endregion

// #region down
it("a letter is not posted while the storage is down", async () => {
  const crm = createTestCommunications()
  const error = new StorageUnavailable({ operation: "communications/complete", reason: "timeout" })
  const complete = async () => ({ ok: false, error }) as const
  const down = { ...crm, communications: { ...crm.communications, complete } }
  await assert.rejects(post(down, crm.caller, "41"), error)
})
// #endregion
