import { Communications, layerMemory, Readiness, Sessions } from "@communications/core"
import { createHandler } from "@communications/http"
import { adapterContact, adapterPorts, adapterToken } from "@communications/test-support/adapterPorts"
import { Deferred, Effect, Fiber, Layer, Logger, References } from "effect"
import { afterEach, describe, expect, it, vi } from "vitest"
import { LogLimits, makeLogLimits } from "../../src/RequestLog.ts"

const url = "http://localhost/crmapi/rest/v2/communications/complete"
const headers = { "content-type": "application/json", "x-request-id": "one" }
const body = JSON.stringify({ token: adapterToken, communication_identifier: { number: "41" } })
const codeOf = async (response: Response) => [response.status, JSON.parse(await response.text()).status.code]

/** A body that starts to arrive and never ends. */
const stalled = (cancel = () => {}) =>
  new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(body)), cancel })

/** Ports on which a completion never ends. `calls` records its start and its interrupts. */
const neverEnding = () => {
  const calls = { started: Deferred.makeUnsafe<void>(), interrupted: 0 }
  const endless = Effect.andThen(Deferred.succeed(calls.started, undefined), Effect.never).pipe(
    Effect.onInterrupt(() => Effect.sync(() => calls.interrupted++))
  )
  const ports = Layer.effect(
    Communications,
    Effect.map(Communications, (communications) => Communications.of({ ...communications, take: () => endless }))
  ).pipe(Layer.provideMerge(adapterPorts))
  return { calls, ports }
}

describe("createHandler", () => {
  const handlers: Array<ReturnType<typeof createHandler>> = []
  const makeHandler = (...parameters: Parameters<typeof createHandler>) => {
    const handler = createHandler(...parameters)
    handlers.push(handler)
    return handler
  }
  afterEach(async () => {
    vi.unstubAllGlobals()
    for (const handler of handlers.splice(0)) await handler.dispose()
  })

  it("interrupts a request if its client disconnects, and removes its abort listeners", async () => {
    const { calls, ports } = neverEnding()
    const controller = new AbortController()
    const request = new Request(url, { method: "POST", headers, body, signal: controller.signal })
    const removed = vi.spyOn(request.signal, "removeEventListener")
    const added = vi.spyOn(request.signal, "addEventListener")
    const response = makeHandler(ports)(request)
    await Effect.runPromise(Deferred.await(calls.started))
    controller.abort()
    expect((await response).status).toBe(499)
    expect(calls.interrupted).toBe(1)
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length)
  })

  it("logs a request that is interrupted, without a status", async () => {
    const { calls, ports } = neverEnding()
    const lines: Array<Readonly<Record<string, unknown>>> = []
    const keep = Logger.make(({ message, fiber }) => {
      lines.push({ message: [message].flat()[0], ...fiber.getRef(References.CurrentLogAnnotations) })
    })
    const logging = Layer.merge(Logger.layer([keep]), Layer.succeed(References.MinimumLogLevel, "Debug"))
    const controller = new AbortController()
    const request = new Request(url, { method: "POST", headers, body, signal: controller.signal })
    const response = makeHandler(Layer.merge(ports, logging))(request)
    await Effect.runPromise(Deferred.await(calls.started))
    controller.abort()
    expect((await response).status).toBe(499)
    const { duration_ms, ...line } = lines.find(({ path }) => path !== undefined) ?? {}
    expect(duration_ms).toBeGreaterThanOrEqual(0)
    expect(line).toStrictEqual({
      message:
        "POST /crmapi/rest/v2/communications/complete was interrupted: its client disconnected, or the API is shutting down",
      ...{ request_id: "one", method: "POST", path: "/crmapi/rest/v2/communications/complete", address: null }
    })
  })

  it("asks a Worker not to compress a body again, and only one that is compressed", async () => {
    const made: Array<object | undefined> = []
    const Original = Response
    vi.stubGlobal(
      "Response",
      class extends Original {
        constructor(...parameters: ConstructorParameters<typeof Response>) {
          super(...parameters)
          made.push(parameters[1])
        }
      }
    )
    const handler = makeHandler(adapterPorts)
    await handler(new Request("http://localhost/openapi.json"))
    expect(made.at(-1)).not.toHaveProperty("encodeBody")
    await handler(new Request("http://localhost/openapi.json", { headers: { "accept-encoding": "gzip" } }))
    expect(made.at(-1)).toHaveProperty("encodeBody", "manual")
  })

  it("completes nothing for a client that has already disconnected, even if the whole body arrived", async () => {
    const handler = makeHandler(adapterPorts)
    const request = new Request(url, { method: "POST", headers, body, signal: AbortSignal.abort() })
    expect((await handler(request)).status).toBe(499)
    expect(await codeOf(await handler(new Request(url, { method: "POST", headers, body })))).toEqual([200, "OK"])
  })

  it("stops reading the body if the client disconnects, and completes nothing", async () => {
    const handler = makeHandler(adapterPorts)
    const controller = new AbortController()
    const cancelled = vi.fn()
    const sent = {
      method: "POST",
      headers,
      body: stalled(cancelled),
      duplex: "half",
      signal: controller.signal
    } as const
    const response = handler(new Request(url, sent))
    await new Promise((resolve) => setTimeout(resolve, 20))
    controller.abort()
    expect((await response).status).toBe(499)
    expect(cancelled).toHaveBeenCalledOnce()
    expect(await codeOf(await handler(new Request(url, { method: "POST", headers, body })))).toEqual([200, "OK"])
  })

  it("refuses an incomplete body, and completes nothing", async () => {
    const handler = makeHandler(adapterPorts)
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

  it("stops reading a body once it is too large", async () => {
    let pulled = 0
    const cancelled = vi.fn()
    const endless = new ReadableStream({
      pull: (controller) => {
        pulled += 1_024
        controller.enqueue(new Uint8Array(1_024))
      },
      cancel: cancelled
    })
    const response = await makeHandler(adapterPorts)(
      new Request(url, { method: "POST", headers, body: endless, duplex: "half" })
    )
    expect(await codeOf(response)).toEqual([413, "PAYLOAD_TOO_LARGE"])
    expect(response.headers.has("connection")).toBe(false)
    expect(cancelled).toHaveBeenCalledOnce()
    expect(pulled).toBeLessThan(20_000)
  })

  it("accepts content up to `maxBody`, which is at least 16 KiB", async () => {
    const handler = makeHandler(adapterPorts, { maxBody: 20_000 })
    const statusOf = async (size: number) => {
      const created = {
        ...{ token: adapterToken, contact_information_identifier: { id: adapterContact } },
        ...{ direction: "OUTGOING", media: "EMAIL" }
      }
      const empty = JSON.stringify({ ...created, content: "" })
      const body = JSON.stringify({ ...created, content: "x".repeat(size - empty.length) })
      const { status } = await handler(
        new Request(url.replace("complete", "create"), { method: "POST", headers, body })
      )
      return status
    }
    expect([await statusOf(20_000), await statusOf(20_001)]).toEqual([200, 413])
    for (const maxBody of [16_383, 0, -1, Number.NaN]) {
      expect(() => createHandler(adapterPorts, { maxBody })).toThrow(/^maxBody must be at least 16384, not/)
    }
  })

  it("rejects a request if its body has already been read, and suggests a clone", async () => {
    const handler = makeHandler(adapterPorts)
    const [read, locked] = [0, 1].map(() => new Request(url, { method: "POST", headers, body }))
    await read?.text()
    locked?.body?.getReader()
    for (const request of [read, locked]) {
      await expect(async () => request && handler(request)).rejects.toThrow(/already been read: pass a clone/)
    }
  })

  it("rejects if the ports cannot be built", async () => {
    const broken = Layer.merge(adapterPorts, Layer.effectDiscard(Effect.die(new Error("no such database"))))
    await expect(makeHandler(broken)(new Request("http://localhost/health/live"))).rejects.toThrow("no such database")
  })

  it("returns 503 to the requests in flight when it is disposed", async () => {
    const { calls, ports } = neverEnding()
    const handler = createHandler(ports)
    const pending = handler(new Request(url, { method: "POST", headers, body }))
    await Effect.runPromise(Deferred.await(calls.started))
    await handler.dispose()
    const response = await pending
    expect(response.headers.get("retry-after")).toBe("1")
    expect(await codeOf(response)).toEqual([503, "UNAVAILABLE"])
    expect(calls.interrupted).toBe(1)
  })

  it("returns 503 to requests after it was disposed", async () => {
    const handler = createHandler(adapterPorts)
    await handler(new Request("http://localhost/health/ready"))
    await handler.dispose()
    expect(await codeOf(await handler(new Request("http://localhost/health/ready")))).toEqual([503, "UNAVAILABLE"])
    expect(await codeOf(await handler(new Request(url, { method: "POST", headers, body })))).toEqual([
      503,
      "UNAVAILABLE"
    ])
  })

  it("limits log-ins by the client address that `address` returns", async () => {
    const login = (organisation: string) =>
      new Request("http://localhost/crmapi/rest/v2/authentication/token", {
        ...{ method: "POST", headers: { ...headers, "x-real-ip": "192.0.2.1" } },
        body: JSON.stringify({ organisation, username: "x", password: "x" })
      })
    const limited = makeHandler(layerMemory, { address: (request) => request.headers.get("x-real-ip") })
    const statuses = new Set<number>()
    for (let time = 0; time < 101; time++) statuses.add((await limited(login(`organisation ${time}`))).status)
    expect([...statuses]).toEqual([401, 429])
  })
})

describe("the response to an unexpected failure", () => {
  const respondTo = async (check: Effect.Effect<void>) => {
    const lines: Array<string> = []
    const keep = Logger.make((options) => void lines.push(Logger.formatJson.log(options)))
    const ports = Layer.effect(
      Readiness,
      Effect.map(Readiness, (readiness) => Readiness.of({ ...readiness, check }))
    ).pipe(
      Layer.provideMerge(layerMemory),
      Layer.provideMerge(Logger.layer([keep])),
      Layer.provideMerge(Layer.succeed(LogLimits, makeLogLimits()))
    )
    const handler = createHandler(ports)
    const response = await handler(new Request("http://localhost/health/ready", { headers: { "x-request-id": "one" } }))
    const code = await codeOf(response)
    await handler.dispose()
    return { code, log: lines.join("\n") }
  }

  it("is 500 for a defect, which is logged", async () => {
    const { code, log } = await respondTo(Effect.die(new Error("a bug")))
    expect(code).toEqual([500, "INTERNAL_ERROR"])
    expect(log).toContain("a bug")
    expect(log).toContain('"request_id":"one"')
  })

  it("is 500 if a port throws an exception", async () => {
    const sessions = Layer.effect(
      Sessions,
      Effect.map(Sessions, (sessions) =>
        Sessions.of({
          ...sessions,
          authenticate: () => {
            throw new Error("a bug")
          }
        })
      )
    ).pipe(Layer.provideMerge(adapterPorts))
    const handler = createHandler(sessions)
    expect(await codeOf(await handler(new Request(url, { method: "POST", headers, body })))).toEqual([
      500,
      "INTERNAL_ERROR"
    ])
    await handler.dispose()
  })

  it("is 503 if the work that the request waits for is interrupted, which is logged", async () => {
    const interrupted = Effect.flatMap(Effect.forkDetach(Effect.never), (fiber) =>
      Effect.andThen(Fiber.interrupt(fiber), Fiber.join(fiber))
    )
    const { code, log } = await respondTo(interrupted)
    expect(code).toEqual([503, "UNAVAILABLE"])
    expect(log).toContain("interrupted")
  })
})
