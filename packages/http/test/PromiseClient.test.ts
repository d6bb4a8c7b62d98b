import { createServer } from "node:http"
import { Accounts, Communications, Name, OrganisationId, UserId } from "@communications/core"
import { freshCaller } from "@communications/core/testing"
import { type Code, failure, statusOf } from "@communications/http"
import { CommunicationsError, createClient, metadataOf } from "@communications/http/client"
import { listenOnFreePort } from "@communications/test-support/freePort"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { HttpServer } from "effect/http"
import { Api, Memory, setup } from "./Client.ts"

const url = Effect.map(HttpServer.HttpServer, ({ address }) =>
  HttpServer.formatAddress(address).replace("0.0.0.0", "127.0.0.1")
)
const rejection = (promise: Promise<unknown>) =>
  Effect.promise(() =>
    promise.then(
      (data) => assert.fail(`it resolved to ${JSON.stringify(data)}`),
      (error: unknown) => (error instanceof CommunicationsError ? error : assert.fail(String(error)))
    )
  )
const number41 = { communication_identifier: { number: "41" } }

layer(Api.pipe(Layer.provideMerge(Memory)), { excludeTestServices: true })("the promise client", (it) => {
  const connected = Effect.gen(function* () {
    const { token, draft } = yield* setup
    return { draft, token, client: createClient({ baseUrl: `${yield* url}/`, token }) }
  })
  it.effect("has a method for every operation", () =>
    Effect.gen(function* () {
      const { client } = yield* connected
      yield* Effect.promise(async () => {
        const { communications, contact_information, authentication, health } = client
        const contact = await contact_information.create({
          type: "PERSON",
          life_cycle_state: "MARKETING",
          first_name: "Zoë & co",
          last_name: "O'Neil"
        })
        const identifier = { contact_information_identifier: { id: contact.id } }
        assert.deepStrictEqual(await contact_information.show(identifier), contact)
        const drafted = await communications.create({ ...identifier, direction: "OUTGOING", media: "EMAIL" })
        assert.deepStrictEqual(drafted.contact_information, contact)
        const named = { communication_identifier: { number: drafted.number } }
        assert.deepStrictEqual(await communications.show({ communication_identifier: { id: drafted.id } }), drafted)
        assert.strictEqual((await communications.complete(named)).life_cycle_state, "COMPLETED")
        assert.isTrue((await communications.view(named)).viewed)
        const { history } = await communications.show({ ...named, fields_set: ["history.to", "number"] })
        assert.deepStrictEqual(history, [{ to: "DRAFT" }, { to: "COMPLETED" }])
        const listed = await communications.list({ ...identifier, number_of_results: 1, fields_set: "id" })
        assert.deepStrictEqual(listed, [{ id: drafted.id }])
        assert.deepStrictEqual([await health.live(), await health.ready()], [{}, {}])
        assert.deepStrictEqual(await authentication.release(), {})
        const error = await Effect.runPromise(rejection(communications.show(named)))
        assert.strictEqual(error.code, "INVALID_TOKEN")
      })
    })
  )
  it.effect("returns the metadata of a response to metadataOf", () =>
    Effect.gen(function* () {
      const { client, draft } = yield* connected
      yield* Effect.promise(async () => {
        const { communications } = client
        const drafts = { life_cycle_state: "DRAFT", number_of_results: 1 } as const
        const first = await communications.list(drafts)
        assert.deepStrictEqual(metadataOf(first), {})
        await communications.create({
          ...{ contact_information_identifier: { id: draft.contact_information.id } },
          ...{ direction: "OUTGOING", media: "EMAIL" }
        })
        const newer = await communications.list(drafts)
        assert.strictEqual(metadataOf(newer).nextAfter, newer[0]?.id)
        assert.deepStrictEqual(metadataOf({ ...newer }), {})
        const shown = await communications.show(number41)
        assert.deepStrictEqual(metadataOf(shown), { version: 1 })
        const stale = await communications.complete(number41, { expectedVersion: 2 }).catch((error: unknown) => error)
        assert.include(String(stale), "STALE_VERSION")
        const completed = await communications.complete(number41, { expectedVersion: [2, 1] })
        assert.deepStrictEqual(metadataOf(completed), { version: 2 })
        const again = await communications
          .complete(number41, { expectedVersion: null })
          .catch((error: unknown) => error)
        if (!(again instanceof CommunicationsError)) return assert.fail(String(again))
        assert.strictEqual(again.code, "NOT_DRAFT")
        assert.strictEqual(again.details?.life_cycle_state, "COMPLETED")
      })
    })
  )
  it.effect("logs in, and rejects failed log-ins, after five with TOO_MANY_ATTEMPTS and `retryAfter`", () =>
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const { organisation, user } = freshCaller()
      yield* accounts.addOrganisation(OrganisationId.make(organisation), Name.make(organisation))
      yield* accounts.addUser({ organisation, user: UserId.make(user) }, Name.make("demo"), Redacted.make("secret"))
      const { authentication } = createClient({ baseUrl: yield* url })
      const credentials = { organisation, username: "demo", password: "secret" }
      const { token } = yield* Effect.promise(() => authentication.token(credentials))
      assert.match(token, /^[0-9A-F]{32}$/)
      const attempts = yield* Effect.forEach(Array(6).fill("wrong"), (password) =>
        rejection(authentication.token({ ...credentials, password }))
      )
      assert.strictEqual(attempts[0]?.code, "INVALID_CREDENTIALS")
      assert.deepStrictEqual([attempts[5]?.code, attempts[5]?.status], ["TOO_MANY_ATTEMPTS", 429])
      assert.isAbove(attempts[5]?.retryAfter ?? 0, 0)
    })
  )
  it.effect("rejects with the code of a refusal", () =>
    Effect.gen(function* () {
      const { client, token } = yield* connected
      const baseUrl = yield* url
      const { communications } = client
      const contact = { contact_information_identifier: { id: "0".repeat(32) } }
      const letter = { direction: "OUTGOING", media: "LETTER" } as const
      yield* Effect.promise(() => communications.complete(number41))
      const refusals: ReadonlyArray<readonly [Code, () => Promise<unknown>]> = [
        ["NOT_DRAFT", () => communications.complete(number41)],
        ["AMBIGUOUS_IDENTIFIER", () => communications.show({ communication_identifier: {} })],
        ["AMBIGUOUS_IDENTIFIER", () => communications.view({ communication_identifier: { id: "1", number: "1" } })],
        ["COMMUNICATION_NOT_FOUND", () => communications.show({ communication_identifier: { number: "=&42" } })],
        ["CONTACT_INFORMATION_NOT_FOUND", () => communications.create({ ...contact, ...letter })],
        ["INVALID_PARAMETERS", () => communications.list({ life_cycle_state: "DRAFT", number_of_results: 101 })],
        ["PAYLOAD_TOO_LARGE", () => communications.create({ ...contact, ...letter, content: "x".repeat(1_048_576) })],
        ["INVALID_TOKEN", () => createClient({ baseUrl }).communications.complete(number41)],
        ["NOT_FOUND", () => createClient({ baseUrl: `${baseUrl}/nowhere`, token }).health.live()]
      ]
      for (const [code, request] of refusals) {
        const error = yield* rejection(request())
        assert.deepStrictEqual([error.code, error.status, error.retryAfter], [code, statusOf(code), null])
        assert.isAbove(error.description.length, 0)
        assert.match(String(error.requestId), /^[0-9a-f-]{36}$/)
        assert.notInclude(JSON.stringify(error), token)
      }
    })
  )
})

describe("the promise client, if the server fails,", () => {
  const broken = Layer.effect(
    Communications,
    Effect.map(Communications, (communications) => ({
      ...communications,
      take: () => Effect.die(new Error("a bug"))
    }))
  ).pipe(Layer.provideMerge(Memory))
  it.live("rejects with INTERNAL_ERROR for a defect in the server", () =>
    Effect.gen(function* () {
      const { token } = yield* setup
      const client = createClient({ baseUrl: yield* url, token })
      const error = yield* rejection(client.communications.complete(number41))
      assert.deepStrictEqual([error.code, error.status], ["INTERNAL_ERROR", 500])
    }).pipe(Effect.provide(Api.pipe(Layer.provideMerge(broken))))
  )

  /** A client of a server that returns the same response to every request. */
  const clientOfServer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.promise(async () => {
          const server = createServer((_, response) => void response.writeHead(status, headers).end(body))
          return { server, port: await listenOnFreePort(server) }
        }),
        ({ server }) =>
          Effect.sync(() => {
            server.close()
            server.closeAllConnections()
          })
      ),
      ({ port }) => createClient({ baseUrl: `http://127.0.0.1:${port}`, token: "x" })
    )
  it.live("rejects with the code of the response", () =>
    Effect.gen(function* () {
      for (const code of ["UNAVAILABLE", "METHOD_NOT_ALLOWED", "UNSUPPORTED_MEDIA_TYPE"] as const) {
        const body = JSON.stringify(failure(code, "why"))
        const client = yield* clientOfServer(statusOf(code), body, { "retry-after": "7", "x-request-id": "one" })
        const { description, status, requestId, retryAfter, ...error } = yield* rejection(client.health.ready())
        assert.deepStrictEqual([description, status, requestId, retryAfter], ["why", statusOf(code), "one", 7])
        assert.strictEqual(error.code, code)
      }
    }).pipe(Effect.scoped)
  )
  it.live("rejects with UNEXPECTED_RESPONSE if the response is not from the API", () =>
    Effect.gen(function* () {
      const unknown = '{"status":{"code":"NEWER","message":"","description":""},"data":null}'
      const notText = '{"status":{"code":["NOT_FOUND"],"message":"","description":""},"data":null}'
      const bodies = ["<html>Bad Gateway", "", "null", "[]", "{}", '{"status":null}', '{"data":{}}', unknown, notText]
      for (const body of bodies) {
        const error = yield* rejection((yield* clientOfServer(502, body)).communications.complete(number41))
        assert.deepStrictEqual([error.code, error.status], ["UNEXPECTED_RESPONSE", 502])
      }
    }).pipe(Effect.scoped)
  )
  it.live("rejects with NETWORK and the cause if no response arrives", () =>
    Effect.gen(function* () {
      const error = yield* rejection(createClient({ baseUrl: "http://127.0.0.1:1", token: "x" }).health.live())
      assert.deepStrictEqual([error.code, error.status], ["NETWORK", null])
      assert.instanceOf(error.cause, Error)
    })
  )
})
