import { layerMemory, MetricsEnabled, Readiness } from "@communications/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, type LogLevel, References } from "effect"
import { LogLimits, logRequest, logThrottled, makeLogLimits } from "../src/RequestLog.ts"
import { respond } from "../src/Respond.ts"
import { complete, Memory, send, setup } from "./Client.ts"
import { observing } from "./Observing.ts"
import { account, post } from "./Operations.ts"

/** What every line about a request has, in the form of `Logger.formatJson`. */
const parsed = (lines: ReadonlyArray<string>) => {
  const all: ReadonlyArray<{ level: string; message: string; annotations: Record<string, unknown> }> = lines.map(
    (line) => JSON.parse(line)
  )
  return all.filter(({ annotations }) => annotations.path !== undefined)
}

describe("request ids and log lines", () => {
  it.live("a well-formed request id is returned, and a malformed one is replaced", () =>
    Effect.gen(function* () {
      const { value } = yield* observing(
        Memory,
        Effect.forEach(["abc-1_2.3", "a b", "x".repeat(129), ""], (id) => send({ headers: { "x-request-id": id } }))
      )
      const [echoed, ...replaced] = value.map(({ headers }) => headers["x-request-id"])
      assert.strictEqual(echoed, "abc-1_2.3")
      for (const id of replaced) assert.match(String(id), /^[0-9a-f-]{36}$/)
    })
  )
  it.live("each request has a log line, and no log line or span contains a token", () =>
    Effect.gen(function* () {
      const { value, lines, spans } = yield* observing(
        Memory,
        Effect.gen(function* () {
          const { token } = yield* setup
          const body = { communication_identifier: { number: "41" } }
          yield* complete({ ...body, token })
          yield* complete(body, { authorization: `Bearer ${token}` })
          yield* complete({ ...body, token, fields_set: "nope" })
          yield* send({ method: "GET", path: `/nope?token=${token}` })
          yield* send({ method: "GET", path: `/health/live?token=${token}` })
          return token
        })
      )
      assert.isAtLeast(lines.filter((line) => line.includes('"path":')).length, 5)
      assert.include(spans, "completeCommunication")
      assert.notInclude(lines.join("\n"), value)
      assert.notInclude(spans, value)
    })
  )
  it.live("the line of a request says in words and in fields what happened", () =>
    Effect.gen(function* () {
      const { lines } = yield* observing(
        Memory,
        send({ method: "GET", path: "/health/live?x=1", headers: { "x-request-id": "one" } })
      )
      const [{ level, message, annotations } = assert.fail()] = parsed(lines)
      assert.deepStrictEqual([level, message], ["DEBUG", "GET /health/live returned 200"])
      const { duration_ms, address, ...others } = annotations
      assert.deepStrictEqual(others, { request_id: "one", method: "GET", path: "/health/live", status: 200 })
      assert.isAtLeast(Number(duration_ms), 0)
      assert.match(String(address), /^(::1|(::ffff:)?127\.0\.0\.1)$/)
    })
  )
  it.live("a refused log-in is logged with the user and the address, and without the password", () =>
    Effect.gen(function* () {
      const { value, lines } = yield* observing(
        Memory,
        Effect.gen(function* () {
          const { credentials } = yield* account
          const password = "do not log this"
          for (let time = 0; time < 6; time++) yield* post("authentication/token", { ...credentials, password })
          return credentials
        })
      )
      const throttled = parsed(lines).filter(({ level }) => level === "INFO")
      assert.deepStrictEqual(
        throttled.map(({ message }) => message),
        ["Too many failed attempts to log in"]
      )
      const { organisation, username } = value
      assert.deepInclude(throttled[0]?.annotations, { organisation, username, status: 429 })
      assert.match(String(throttled[0]?.annotations.address), /^(::1|(::ffff:)?127\.0\.0\.1)$/)
      assert.isString(throttled[0]?.annotations.request_id)
      assert.notInclude(lines.join(""), "do not log this")
    })
  )
})

describe("a log line about a request", () => {
  /** Runs an effect at this level of logging, and returns the message and the annotations of each line. */
  const linesOf = <E>(effect: Effect.Effect<unknown, E>, level: LogLevel.LogLevel) => {
    const lines: Array<Readonly<Record<string, unknown>>> = []
    const keep = Logger.make(({ message, fiber }) => {
      lines.push({ message: [message].flat()[0], ...fiber.getRef(References.CurrentLogAnnotations) })
    })
    return effect.pipe(
      Effect.provide(Logger.layer([keep])),
      Effect.provideService(References.MinimumLogLevel, level),
      Effect.provideService(LogLimits, makeLogLimits()),
      Effect.as(lines)
    )
  }
  const request = { method: "GET", url: "/health/ready", headers: {}, body: new Uint8Array(), address: null }

  it.effect("has the duration in milliseconds, with one decimal", () =>
    Effect.gen(function* () {
      const began = performance.now() - 5_000
      const served = { request, path: request.url, id: "one", began }
      const [line] = yield* linesOf(logRequest("Info", "a line", served), "Info")
      const duration = Number(line?.duration_ms)
      assert.isAtLeast(duration, 5_000)
      assert.isAtMost(duration, performance.now() - began + 0.05)
      assert.strictEqual(duration, Number(duration.toFixed(1)))
    })
  )
  it.effect("has at most 100 characters of a text of the client", () =>
    Effect.gen(function* () {
      const served = { request, path: request.url, id: "one", began: performance.now() }
      const [organisation, username] = ["o".repeat(101), "u".repeat(101)]
      const [line] = yield* linesOf(logThrottled(served, { organisation, username }), "Info")
      assert.deepInclude(line, { organisation: organisation.slice(1), username: username.slice(1) })
    })
  )
  it.effect("has the id of the request, also if a port writes it, once requests are logged", () =>
    Effect.gen(function* () {
      const ports = Layer.merge(layerMemory, Layer.succeed(Readiness, { check: Effect.logInfo("from a port") }))
      const responding = respond({ ...request, headers: { "x-request-id": "one" } }).pipe(Effect.provide(ports))
      const lines = yield* linesOf(responding, "Debug")
      assert.deepStrictEqual(
        lines.map(({ message, request_id }) => [message, request_id]),
        [
          ["from a port", "one"],
          ["GET /health/ready returned 200", "one"]
        ]
      )
    })
  )
  it.effect("of a port has neither the id nor a span, if requests are only measured", () =>
    Effect.gen(function* () {
      const check = Effect.flatMap(Effect.option(Effect.currentParentSpan), (span) => Effect.logInfo(span._tag))
      const ports = Layer.merge(layerMemory, Layer.succeed(Readiness, { check }))
      const responding = respond(request).pipe(Effect.provide(ports), Effect.provideService(MetricsEnabled, true))
      assert.deepStrictEqual(yield* linesOf(responding, "Info"), [{ message: "None" }])
    })
  )
  it.effect("of a defect names the span of the request, and no place in the code, which takes a stack trace", () =>
    Effect.gen(function* () {
      const ports = Layer.merge(layerMemory, Layer.succeed(Readiness, { check: Effect.die(new Error("a defect")) }))
      const { lines } = yield* observing(ports, send({ method: "GET", path: "/health/ready" }))
      const causes = lines.flatMap((line) => String(JSON.parse(line).cause ?? []).split("\n"))
      assert.deepStrictEqual(
        causes.filter((line) => line.includes("/health/ready")),
        ["    at GET /health/ready"]
      )
    })
  )
})
