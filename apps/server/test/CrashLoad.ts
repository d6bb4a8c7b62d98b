/** Clients that create and complete communications at several servers without a pause, and a checker that compares every response with the rows. */
import { ContactInformations, Events, type OrganisationId, Sessions } from "@communications/core"
import { aPerson, freshCaller, freshId, freshToken } from "@communications/core/testing"
import { disagreement } from "@communications/test-support/documentAgreement"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Redacted, Schema } from "effect"
import { readOn } from "./readOn.ts"

/** A request of the load, and its response; `none` if no response arrived. */
export interface Sent {
  readonly operation: "create" | "complete"
  readonly request: string
  readonly key: string | undefined
  readonly code: string
  readonly communication: string | undefined
  readonly replayed: boolean
  /** The request that completed the communication, if the response names it. */
  readonly completedIn: string | undefined
  /** When the response arrived, in milliseconds. */
  readonly at: number
}

const Body = Schema.Struct({
  status: Schema.Struct({ code: Schema.String }),
  data: Schema.NullOr(Schema.Struct({ id: Schema.String })),
  details: Schema.optionalKey(Schema.Struct({ request_id: Schema.NullOr(Schema.String) }))
})
const parse = Schema.decodeUnknownSync(Body)

/** A user of a new organisation with a contact, for requests over HTTP. */
export const givenUser = Effect.gen(function* () {
  const [caller, token, person] = [freshCaller(), freshToken(), aPerson()]
  yield* (yield* ContactInformations).add(caller.organisation, person)
  yield* (yield* Sessions).open(token, caller, Duration.days(1))
  return { organisation: caller.organisation, token: Redacted.value(token), contact: person.id }
})
export type User = Effect.Success<typeof givenUser>

/** The responses that clients expect. */
const codes = new Set(["OK", "NOT_DRAFT", "UNAVAILABLE"])

const isSettled = ({ code }: Sent) => code !== "UNAVAILABLE" && code !== "none"

/** Starts clients of servers, which repeat a request after a pause in milliseconds. Every response must be documented. */
export const startLoad = (urls: ReadonlyArray<string>, { token, contact }: User, clients = 8, pause = 20) => {
  const sent: Array<Sent> = []
  let isStopped = false
  let turn = 0

  const send = async (operation: Sent["operation"], members: object, key: string | undefined): Promise<Sent> => {
    const request = `request-${freshId()}`
    const path = `/crmapi/rest/v2/communications/${operation}`
    const url = `${urls[turn++ % urls.length]}${path}`
    const headers = {
      ...{ "content-type": "application/json", authorization: `Bearer ${token}`, "x-request-id": request },
      ...(key !== undefined && { "idempotency-key": key })
    }
    const body = JSON.stringify({ ...members, fields_set: "id" })
    const common = { operation, request, key, communication: undefined, replayed: false, completedIn: undefined }
    const received = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(30_000) })
      .then(async (response) => ({ response, text: await response.text() }))
      .catch(() => undefined)
    const at = performance.now()
    if (received === undefined) return { ...common, code: "none", at }
    const { status: http, headers: responseHeaders } = received.response
    const json: unknown = JSON.parse(received.text)
    const response = {
      method: "POST",
      path,
      status: http,
      headers: Object.fromEntries(responseHeaders),
      json,
      reduced: true
    }
    const { status, data, details } = parse(json)
    const wrong = codes.has(status.code) ? disagreement(response) : "has a code that no client expects"
    if (wrong !== undefined) throw new Error(`the response to ${operation} ${wrong}: ${received.text}`)
    return {
      ...{ ...common, code: status.code, communication: data?.id, at },
      replayed: received.response.headers.get("idempotency-replayed") === "true",
      completedIn: details?.request_id ?? undefined
    }
  }

  /** Sends a request, and repeats it until its result is known. */
  const settle = async (operation: Sent["operation"], members: object, key?: string): Promise<Sent> => {
    for (;;) {
      const result = await send(operation, members, key)
      sent.push(result)
      if (isSettled(result)) return result
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }

  /** Creates a draft, which two requests then complete: one with a key, the other without. */
  const client = async () => {
    while (!isStopped) {
      const draft = { contact_information_identifier: { id: contact }, direction: "OUTGOING", media: "EMAIL" }
      const { communication: id } = await settle("create", draft, freshId())
      const members = { communication_identifier: { id } }
      await Promise.all([settle("complete", members, freshId()), settle("complete", members)])
    }
  }
  const running = Array.from({ length: clients }, client)
  return {
    sent,
    /** Resolves once each server has responded OK to some requests since now. */
    progress: async (count = 4) => {
      const before = sent.length
      while (sent.slice(before).filter(({ code }) => code === "OK").length < count)
        await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), Promise.all(running)])
    },
    stop: async () => {
      isStopped = true
      await Promise.all(running)
    }
  }
}

/** A history entry with its communication. */
interface Row {
  readonly id: string
  readonly state: string
  readonly current: number
  readonly version: number
  readonly to: string
  readonly request: string
  readonly key: string | null
}

/** The log of an organisation, read from its beginning by a new subscription. */
const readLog = Effect.fnUntraced(function* (organisation: OrganisationId) {
  const events = yield* Events
  const holder = { subscription: `faults ${freshId()}`, holder: freshId(), lease: Duration.minutes(5) }
  yield* events.open(holder.subscription, "beginning")
  const found = yield* readOn(holder)
  yield* events.close(holder.subscription)
  return found
    .filter((event) => event.organisation === organisation)
    .map((event) => `${event.communication} ${event.version} ${event.request_id}`)
})

/** Compares every response with the rows. All but the first three figures must be 0. */
export const check = Effect.fnUntraced(function* (sent: ReadonlyArray<Sent>, { organisation }: User) {
  const sql = yield* PgClient.PgClient
  const rows = yield* sql<Row>`
    SELECT upper(replace(c.id::text, '-', '')) AS id, c.life_cycle_state AS state, c.version AS current,
      h.version, h."to", h.request_id AS request, h.idempotency_key AS key
    FROM communications c LEFT JOIN communication_history h ON h.organisation = c.organisation AND h.communication = c.id
    WHERE c.organisation = ${organisation}::uuid ORDER BY c.id, h.version`
  const byRequest = Map.groupBy(rows, ({ request }) => request)
  const byKey = Map.groupBy(rows, ({ key }) => key)
  const byCommunication = Map.groupBy(rows, ({ id }) => id)
  const requests = new Set(sent.map(({ request }) => request))
  const reached = { create: "DRAFT", complete: "COMPLETED" }

  const isStored = ({ operation, request, key, communication, replayed }: Sent) => {
    const found = replayed ? byKey.get(key ?? null) : byRequest.get(request)
    const [row] = found ?? []
    return found?.length === 1 && row?.id === communication && row?.to === reached[operation]
  }
  const isWhole = (entries: ReadonlyArray<Row>) => {
    const [first] = entries
    const states = entries.map(({ to }) => to).join()
    return (
      first !== undefined &&
      first.current === entries.length &&
      states === (first.state === "DRAFT" ? "DRAFT" : "DRAFT,COMPLETED")
    )
  }
  const isConsistent = ({ request, completedIn }: Sent) =>
    !byRequest.has(request) && byRequest.get(completedIn ?? "")?.[0]?.to === "COMPLETED"

  const log = yield* readLog(organisation)
  const entries = rows.map(({ id, version, request }) => `${id} ${version} ${request}`)
  const having = (code: string) => sent.filter((one) => one.code === code)
  return {
    requests: sent.length,
    acknowledged: having("OK").length,
    unavailable: having("UNAVAILABLE").length,
    "no response": having("none").length,
    wrong: {
      lost: having("OK").filter((one) => !isStored(one)),
      double: [...byRequest, ...byKey].filter(([name, found]) => name !== null && found.length > 1),
      partial: [...byCommunication.values()].filter((entries) => !isWhole(entries)),
      inconsistent: having("NOT_DRAFT").filter((one) => !isConsistent(one)),
      unknown: rows.filter(({ request }) => !requests.has(request)),
      "without event": entries.filter((entry) => log.filter((one) => one === entry).length !== 1),
      "without entry": log.filter((one) => !entries.includes(one))
    }
  }
})
