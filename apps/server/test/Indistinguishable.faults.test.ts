import { Agent, request as send } from "node:http"
import { isLong, record } from "@communications/test-support/faults"
import { freshDatabase } from "@communications/test-support/freshDatabase"
import { rawConnection } from "@communications/test-support/rawConnection"
import { endAll, start } from "@communications/test-support/ServerProcess"
import { median, welchT } from "@communications/test-support/statistics"
import { Effect } from "effect"
import postgres from "postgres"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { documented } from "./documented.ts"
import { runCommand } from "./runCommand.ts"
import { freshSecret, logOut } from "./secretTraffic.ts"

const base = "/crmapi/rest/v2"

/** A request that is refused: its path and its body. */
interface Refused {
  readonly path: string
  readonly body: object
}

/** Samples of each kind, in milliseconds. */
type Samples = ReadonlyMap<string, Array<number>>

describe("refusals of different kinds", () => {
  const users = isLong ? 2_000 : 10
  let admin: postgres.Sql
  let url = ""
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let address = 0

  beforeAll(async () => {
    const DATABASE_URL = await Effect.runPromise(freshDatabase)
    expect(await runCommand(["seed"], { DATABASE_URL })).toMatchObject({ code: 0 })
    admin = postgres(DATABASE_URL, { max: 1, onnotice: () => {} })
    // Each log-in has its own user and address: otherwise it would soon be one attempt too many.
    await admin`
      INSERT INTO public.users (organisation, "user", username, password_hash, disabled_at)
      SELECT organisation, gen_random_uuid(), kind || n, password_hash, CASE kind WHEN 'disabled' THEN now() END
      FROM public.users, generate_series(0, ${users - 1}::integer) AS n, unnest('{known,disabled}'::text[]) AS kind
      WHERE username = 'demo'`
    url = await start("main", { DATABASE_URL, PROXIES: "1", LOG_LEVEL: "warning" }).url()
  }, 120_000)
  afterAll(async () => {
    agent.destroy()
    await admin.end()
    await endAll()
  }, 60_000)

  const nextAddress = () => `10.${(address >> 16) & 255}.${(address >> 8) & 255}.${address++ & 255}`

  /** Opens sessions of the user `demo` with new tokens. */
  const openSessions = async (count: number, expiresIn: string) => {
    const tokens = Array.from({ length: count }, freshSecret)
    await admin`
      INSERT INTO public.sessions (token_hash, organisation, "user", expires_at)
      SELECT sha256(token::bytea), organisation, "user", now() + ${expiresIn}::interval
      FROM public.users, unnest(${tokens}::text[]) AS token WHERE username = 'demo'`
    return tokens
  }
  const releasedTokens = async (count: number) => {
    const tokens = await openSessions(count, "1 hour")
    for (const token of tokens) await logOut(url, token)
    return tokens
  }
  /** Tokens that look right and are not valid, by kind. */
  const invalidTokens = async (count: number) => ({
    unknown: Array.from({ length: count }, freshSecret),
    expired: await openSessions(count, "-1 hour"),
    released: await releasedTokens(count)
  })

  /** Log-ins that are refused, by the credential that is wrong. */
  const logIns: Readonly<Record<string, (index: number) => object>> = {
    password: (index) => ({ organisation: "CRMDEMO", username: `known${index}`, password: "wrong" }),
    username: (index) => ({ organisation: "CRMDEMO", username: `other${index}`, password: "demo" }),
    organisation: (index) => ({ organisation: `OTHER${index}`, username: "known0", password: "demo" }),
    "disabled user": (index) => ({ organisation: "CRMDEMO", username: `disabled${index}`, password: "demo" })
  }

  /** All bytes of a response, without the time. */
  const bytesOf = async ({ path, body }: Refused, header = "") => {
    const connection = await rawConnection(Number(new URL(url).port))
    const text = JSON.stringify(body)
    connection.socket.write(
      `POST ${base}/${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-request-id: same\r\nx-forwarded-for: ${nextAddress()}\r\n${header}` +
        `content-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`
    )
    await connection.closed
    return connection.text.replace(/\r\ndate: .*/i, "")
  }

  it("are the same bytes for every kind of invalid token, and for every kind of wrong credentials", async (context) => {
    const { unknown, expired, released } = await invalidTokens(1)
    const tokens = [null, "", "x", unknown[0]?.toLowerCase(), ` ${unknown[0]}`, unknown[0], expired[0], released[0]]
    const identified = { communication_identifier: { number: "41" } }
    const draft = { contact_information_identifier: { id: "1" }, direction: "INCOMING", media: "EMAIL" }
    const bodies: Readonly<Record<string, object>> = {
      "communications/complete": identified,
      "communications/view": identified,
      "communications/create": draft,
      "contact_information/create": { type: "COMPANY", life_cycle_state: "MARKETING", company_name: "ACME" },
      "authentication/token/release": {}
    }
    const responses = new Set<string>()
    for (const [path, body] of Object.entries(bodies)) {
      for (const token of tokens) {
        responses.add(await bytesOf({ path, body: { ...body, token } }))
        responses.add(await bytesOf({ path, body }, `authorization: Bearer ${token}\r\n`))
      }
    }
    expect([...responses]).toEqual([expect.stringMatching(/^HTTP\/1.1 401 .*"code":"INVALID_TOKEN"/s)])
    const refused = new Set<string>()
    for (const body of Object.values(logIns))
      refused.add(await bytesOf({ path: "authentication/token", body: body(0) }))
    expect([...refused]).toEqual([expect.stringMatching(/^HTTP\/1.1 401 .*"code":"INVALID_CREDENTIALS"/s)])
    record(context, {
      "kinds of invalid token": tokens.length,
      "kinds of wrong credentials": Object.keys(logIns).length
    })
  }, 60_000)

  /** Sends a request on the one connection, and returns the time until its response begins. */
  const timeOf = ({ path, body }: Refused) =>
    new Promise<number>((resolve, reject) => {
      const headers = { "content-type": "application/json", "x-forwarded-for": nextAddress() }
      const text = JSON.stringify(body)
      const options = { agent, method: "POST", headers: { ...headers, "content-length": text.length } }
      const sent = send(`${url}${base}/${path}`, options, (response) => {
        const time = performance.now() - began
        if (response.statusCode !== 401) reject(new Error(`the response is ${response.statusCode}`))
        response.resume().on("end", () => resolve(time))
      }).on("error", reject)
      const began = performance.now()
      sent.end(text)
    })

  /** Measures requests of each kind in rounds: each round has one of each kind, in random order. */
  const measure = async (kinds: Readonly<Record<string, (index: number) => Refused>>, rounds: number, from: number) => {
    const samples: Samples = new Map(Object.keys(kinds).map((kind) => [kind, []]))
    for (let index = from; index < from + rounds; index++) {
      const order = Object.entries(kinds).sort(() => Math.random() - 0.5)
      for (const [kind, request] of order) samples.get(kind)?.push(await timeOf(request(index)))
    }
    return samples
  }

  /** The pairs of kinds with Welch's t. */
  const pairs = (samples: Samples) =>
    [...samples].flatMap(([left, a], index) =>
      [...samples].slice(index + 1).map(([right, b]) => ({ pair: `${left}, ${right}`, t: welchT(a, b) }))
    )

  /**
   * Measures until no pair of kinds was distinguishable in all measurements, at most three times. The chance that three
   * measurements of the same pair exceed 4.5 without a difference is negligible, while a real difference exceeds it in each.
   */
  const distinguishable = async (measured: (run: number) => Promise<Samples>) => {
    let suspects: ReadonlyArray<string> | undefined
    const largest: Array<number> = []
    for (let run = 0; run < 3 && suspects?.length !== 0; run++) {
      const all = pairs(await measured(run))
      const exceeding = all.filter(({ t }) => t >= 4.5).map(({ pair }) => pair)
      suspects = suspects === undefined ? exceeding : suspects.filter((pair) => exceeding.includes(pair))
      largest.push(Math.max(...all.map(({ t }) => t)))
    }
    return { suspects, largest: largest.map((t) => t.toFixed(1)).join(", ") }
  }

  it.runIf(isLong)(
    "take the same time for every kind of token that is not valid",
    async (context) => {
      const rounds = 2_000
      const complete = (token: string | undefined): Refused => ({
        path: "communications/complete",
        body: { token, communication_identifier: { number: "41" } }
      })
      const { suspects, largest } = await distinguishable(async () => {
        const tokens = await invalidTokens(rounds)
        const kinds = Object.entries(tokens).map(
          ([kind, all]) => [kind, (index: number) => complete(all[index])] as const
        )
        return measure(Object.fromEntries(kinds), rounds, 0)
      })
      const malformed = await measure(
        { unknown: () => complete(freshSecret()), malformed: () => complete(`x${freshSecret()}`) },
        200,
        0
      )
      const [{ t } = { t: 0 }] = pairs(malformed)
      record(context, {
        "rounds of a measurement": rounds,
        "largest t of each measurement": largest,
        "t of a malformed token": t.toFixed(1)
      })
      expect(suspects).toEqual([])
    },
    300_000
  )

  it.runIf(isLong)(
    "take the same time, whichever credential is wrong",
    async (context) => {
      const rounds = 30
      const kinds = Object.entries(logIns).map(
        ([kind, body]) =>
          [kind, (index: number): Refused => ({ path: "authentication/token", body: body(index) })] as const
      )
      const { suspects, largest } = await distinguishable((run) =>
        measure(Object.fromEntries(kinds), rounds, (run + 1) * rounds)
      )
      record(context, { "rounds of a measurement": rounds, "largest t of each measurement": largest })
      expect(suspects).toEqual([])
    },
    300_000
  )

  it.runIf(isLong)(
    "do not slow completions by more than a factor of five, in a flood of log-ins",
    async (context) => {
      const headers = { "content-type": "application/json" }
      const complete = async () => {
        const body = JSON.stringify({ ...documented.request, communication_identifier: { number: "41" } })
        const began = performance.now()
        const response = await fetch(`${url}${base}/communications/complete`, { method: "POST", headers, body })
        await response.text()
        expect([200, 409]).toContain(response.status)
        return performance.now() - began
      }
      const completions = async (milliseconds: number) => {
        const times: Array<number> = []
        const until = performance.now() + milliseconds
        const client = async () => {
          while (performance.now() < until) times.push(await complete())
        }
        await Promise.all([client(), client(), client(), client()])
        return times
      }
      const flood = async () => {
        let [isOver, sent] = [false, 0]
        const attacker = async () => {
          while (!isOver) {
            const body = JSON.stringify({ organisation: "CRMDEMO", username: freshSecret(), password: "x" })
            const forwarded = { ...headers, "x-forwarded-for": nextAddress() }
            const response = await fetch(`${url}${base}/authentication/token`, {
              method: "POST",
              headers: forwarded,
              body
            })
            await response.text()
            sent++
          }
        }
        const attackers = Promise.all(Array.from({ length: 16 }, attacker))
        return async () => {
          isOver = true
          await attackers
          return sent
        }
      }
      await completions(2_000)
      const [quiet, flooded]: [Array<number>, Array<number>] = [[], []]
      let logInsSent = 0
      for (let round = 0; round < 3; round++) {
        quiet.push(...(await completions(3_000)))
        const stop = await flood()
        flooded.push(...(await completions(3_000)))
        logInsSent += await stop()
      }
      const factor = median(flooded) / median(quiet)
      record(context, {
        "log-ins of the flood": logInsSent,
        "median of completions, ms": median(quiet).toFixed(2),
        "in the flood, ms": median(flooded).toFixed(2),
        factor: factor.toFixed(2)
      })
      expect(factor).toBeLessThan(5)
    },
    120_000
  )
})
