import { Communications, layerMemory, Readiness, Sessions } from "@communications/core"
import { createHandler } from "@communications/http"
import { hostPorts, hostToken } from "@communications/test-support/hostPorts"
import { Deferred, Effect, Fiber, Layer, Logger } from "effect"
import { afterEach, describe, expect, it, vi } from "vitest"

const url = "http://localhost/crmapi/rest/v2/communications/complete"
const headers = { "content-type": "application/json", "x-request-id": "one" }
const body = JSON.stringify({ token: hostToken, communication_identifier: { number: "41" } })
const codeOf = async (response: Response) => [response.status, JSON.parse(await response.text()).status.code]

/** A body that begins, and arrives no further. */
const stalled = (cancel = () => {}) =>
  new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(body)), cancel })

/** A completion that never ends, and what it tells of itself. */
const neverEnding = () => {
  const seen = { begun: Deferred.makeUnsafe<void>(), interrupted: 0 }
  const endless = Effect.andThen(Deferred.succeed(seen.begun, undefined), Effect.never).pipe(
    Effect.onInterrupt(() => Effect.sync(() => seen.interrupted++))
  )
  const ports = Layer.effect(
    Communications,
    Effect.map(Communications, (communications) => Communications.of({ ...communications, take: () => endless }))
  ).pipe(Layer.provideMerge(hostPorts))
  return { seen, ports }
}

describe("createHandler", () => {
  const handlers: Array<ReturnType<typeof createHandler>> = []
  const made = (...parameters: Parameters<typeof createHandler>) => {
    const handler = createHandler(...parameters)
    handlers.push(handler)
    return handler
  }
  afterEach(async () => {
    for (const handler of handlers.splice(0)) await handler.dispose()
  })

  it("interrupts a request whose client goes away, and leaves no listener behind", async () => {
    const { seen, ports } = neverEnding()
    const controller = new AbortController()
    const request = new Request(url, { method: "POST", headers, body, signal: controller.signal })
    const removed = vi.spyOn(request.signal, "removeEventListener")
    const added = vi.spyOn(request.signal, "addEventListener")
    const answered = made(ports)(request)
    await Effect.runPromise(Deferred.await(seen.begun))
    controller.abort()
    expect((await answered).status).toBe(499)
    expect(seen.interrupted).toBe(1)
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length)
  })

  it("does nothing for a client that went away before, not even with a whole body", async () => {
    const handler = made(hostPorts)
    const request = new Request(url, { method: "POST", headers, body, signal: AbortSignal.abort() })
    expect((await handler(request)).status).toBe(499)
    expect(await codeOf(await handler(new Request(url, { method: "POST", headers, body })))).toEqual([200, "OK"])
  })

  it("stops reading the body of a client that goes away, and does nothing", async () => {
    const handler = made(hostPorts)
    const controller = new AbortController()
    const cancelled = vi.fn()
    const sent = {
      method: "POST",
      headers,
      body: stalled(cancelled),
      duplex: "half",
      signal: controller.signal
    } as const
    const answered = handler(new Request(url, sent))
    await new Promise((resolve) => setTimeout(resolve, 20))
    controller.abort()
    expect((await answered).status).toBe(499)
    expect(cancelled).toHaveBeenCalledOnce()
    expect(await codeOf(await handler(new Request(url, { method: "POST", headers, body })))).toEqual([200, "OK"])
  })

  it("refuses a body that breaks off, and does nothing", async () => {
    const handler = made(hostPorts)
    let pulls = 0
    const breaking = new ReadableStream({
      pull: (controller) =>
        pulls++ === 0 ? controller.enqueue(new TextEncoder().encode(body)) : controller.error(new Error("reset"))
    })
    const response = await handler(new Request(url, { method: "POST", headers, body: breaking, duplex: "half" }))
    expect(response.headers.get("x-request-id")).toBe("one")
    expect(await codeOf(response)).toEqual([400, "INVALID_PARAMETERS"])
    expect(await codeOf(await handler(new Request(url, { method: "POST", headers, body })))).toEqual([200, "OK"])
  })

  it("reads only as much of an endless body as it needs to refuse it", async () => {
    let pulled = 0
    const cancelled = vi.fn()
    const endless = new ReadableStream({
      pull: (controller) => {
        pulled += 1_024
        controller.enqueue(new Uint8Array(1_024))
      },
      cancel: cancelled
    })
    const response = await made(hostPorts)(new Request(url, { method: "POST", headers, body: endless, duplex: "half" }))
    expect(await codeOf(response)).toEqual([413, "PAYLOAD_TOO_LARGE"])
    expect(response.headers.has("connection")).toBe(false)
    expect(cancelled).toHaveBeenCalledOnce()
    expect(pulled).toBeLessThan(20_000)
  })

  it("rejects a request whose body the host has read, and says what to do", async () => {
    const handler = made(hostPorts)
    const [read, locked] = [0, 1].map(() => new Request(url, { method: "POST", headers, body }))
    await read?.text()
    locked?.body?.getReader()
    for (const request of [read, locked]) {
      await expect(async () => request && handler(request)).rejects.toThrow(/read already: pass a clone/)
    }
  })

  it("rejects if the ports cannot be built", async () => {
    const broken = Layer.merge(hostPorts, Layer.effectDiscard(Effect.die(new Error("no such database"))))
    await expect(made(broken)(new Request("http://localhost/health/live"))).rejects.toThrow("no such database")
  })

  it("answers the requests in flight with 503 when it is disposed", async () => {
    const { seen, ports } = neverEnding()
    const handler = createHandler(ports)
    const answered = handler(new Request(url, { method: "POST", headers, body }))
    await Effect.runPromise(Deferred.await(seen.begun))
    await handler.dispose()
    const response = await answered
    expect(response.headers.get("retry-after")).toBe("1")
    expect(await codeOf(response)).toEqual([503, "UNAVAILABLE"])
    expect(seen.interrupted).toBe(1)
  })

  it("answers requests that come after it was disposed with 503", async () => {
    const handler = createHandler(hostPorts)
    await handler(new Request("http://localhost/health/ready"))
    await handler.dispose()
    expect(await codeOf(await handler(new Request("http://localhost/health/ready")))).toEqual([503, "UNAVAILABLE"])
    expect(await codeOf(await handler(new Request(url, { method: "POST", headers, body })))).toEqual([
      503,
      "UNAVAILABLE"
    ])
  })

  it("passes the address of the client to log-ins, if the host knows it", async () => {
    const login = (organisation: string) =>
      new Request("http://localhost/crmapi/rest/v2/authentication/token", {
        ...{ method: "POST", headers: { ...headers, "x-real-ip": "192.0.2.1" } },
        body: JSON.stringify({ organisation, username: "x", password: "x" })
      })
    const limited = made(layerMemory, { address: (request) => request.headers.get("x-real-ip") })
    const statuses = new Set<number>()
    for (let time = 0; time < 101; time++) statuses.add((await limited(login(`organisation ${time}`))).status)
    expect([...statuses]).toEqual([401, 429])
  })
})

describe("the response to an unexpected failure", () => {
  const answered = async (check: Effect.Effect<void>) => {
    const lines: Array<string> = []
    const keep = Logger.make((options) => void lines.push(Logger.formatJson.log(options)))
    const ports = Layer.effect(
      Readiness,
      Effect.map(Readiness, (readiness) => Readiness.of({ ...readiness, check }))
    ).pipe(Layer.provideMerge(layerMemory), Layer.provideMerge(Logger.layer([keep])))
    const handler = createHandler(ports)
    const response = await handler(new Request("http://localhost/health/ready", { headers: { "x-request-id": "one" } }))
    const code = await codeOf(response)
    await handler.dispose()
    return { code, log: lines.join("\n") }
  }

  it("returns 500 for a defect, and logs it", async () => {
    const { code, log } = await answered(Effect.die(new Error("a bug of ours")))
    expect(code).toEqual([500, "INTERNAL_ERROR"])
    expect(log).toContain("a bug of ours")
    expect(log).toContain('"request_id":"one"')
  })

  it("returns 500 for an exception while it makes the response", async () => {
    const sessions = Layer.effect(
      Sessions,
      Effect.map(Sessions, (sessions) =>
        Sessions.of({
          ...sessions,
          authenticate: () => {
            throw new Error("a bug of ours")
          }
        })
      )
    ).pipe(Layer.provideMerge(hostPorts))
    const handler = createHandler(sessions)
    expect(await codeOf(await handler(new Request(url, { method: "POST", headers, body })))).toEqual([
      500,
      "INTERNAL_ERROR"
    ])
    await handler.dispose()
  })

  it("returns 503 when the work that the request waits for is interrupted, and logs it", async () => {
    const interrupted = Effect.flatMap(Effect.forkDetach(Effect.never), (fiber) =>
      Effect.andThen(Fiber.interrupt(fiber), Fiber.join(fiber))
    )
    const { code, log } = await answered(interrupted)
    expect(code).toEqual([503, "UNAVAILABLE"])
    expect(log).toContain("interrupted")
  })
})
