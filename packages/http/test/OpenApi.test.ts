import { operations as declared } from "@communications/core"
import { document } from "@communications/http/document"
import { disagreement, errorsOf } from "@communications/test-support/documentAgreement"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { pathOf, verbOf } from "../src/Paths.ts"
import { Api, complete, Memory, setup } from "./Client.ts"

const path = "/crmapi/rest/v2/communications/complete"
const operations = Object.entries(document.paths).flatMap(([path, { get, post }]) =>
  Object.entries({ get, post }).flatMap(([method, operation]) =>
    operation === undefined ? [] : [{ ...operation, path, method }]
  )
)

describe("the OpenAPI document", () => {
  it("lists every operation with its path and verb", () => {
    const listed = declared.map(({ name }) => `${verbOf(name).toLowerCase()} ${pathOf(name)}`)
    assert.isAtLeast(listed.length, 9)
    assert.sameMembers(
      operations.map(({ method, path }) => `${method} ${path}`),
      [...listed, "get /health/live", "get /health/ready"]
    )
  })
  for (const operation of operations) {
    it(`${operation.operationId}: its examples match its schemas`, () => {
      assert.isAbove(operation.summary.length, 0)
      for (const { content } of Object.values(operation.responses)) {
        const { schema, ...media } = content["application/json"]
        const examples =
          "example" in media ? [media.example] : Object.values(media.examples ?? {}).map(({ value }) => value)
        assert.isAbove(examples.length, 0)
        for (const example of examples) assert.isUndefined(errorsOf(schema, example))
      }
      if ("requestBody" in operation) {
        const { schema, example } = operation.requestBody?.content["application/json"] ?? {}
        assert.isDefined(example)
        assert.isUndefined(errorsOf(schema, example))
      }
      for (const parameter of operation.parameters) {
        if ("schema" in parameter && "example" in parameter) {
          assert.isUndefined(errorsOf(parameter.schema, parameter.example))
        }
      }
    })
  }
  it("describes an identifier in a query as the server reads it", () => {
    const schemaOf = (id: string, name: string) => {
      const found = operations
        .filter(({ operationId }) => operationId === id)
        .flatMap(({ parameters }) => parameters)
        .find((parameter) => "name" in parameter && parameter.name === name)
      return found !== undefined && "schema" in found ? found.schema : assert.fail(`${id} has no ${name}`)
    }
    const communication = schemaOf("showCommunication", "communication_identifier")
    const contact = schemaOf("showContactInformation", "contact_information_identifier")
    for (const text of ["id=1", "number=41", ""]) assert.isUndefined(errorsOf(communication, text))
    for (const text of ["41", "name=41", "xid=1"]) assert.isDefined(errorsOf(communication, text))
    assert.isUndefined(errorsOf(contact, "id=1"))
    for (const text of ["number=41", ""]) assert.isDefined(errorsOf(contact, text))
  })
  it("does not match a response with an undocumented status, header or body", () => {
    const status = { code: "OK", message: null, description: null }
    const headers = { "x-request-id": "1" }
    const example = { id: "252F3A1A87C26866A1E1A1B18D6043EA", number: "41" }
    const right = { method: "POST", path, status: 200, headers, json: { status, data: example }, reduced: true }
    const refused = (code: string) => ({ status: { code, message: "m", description: "d" }, data: null })
    assert.isUndefined(disagreement(right))
    assert.isUndefined(
      disagreement({ ...right, status: 412, headers: { ...headers, etag: '"2"' }, json: refused("STALE_VERSION") })
    )
    for (const [wrong, expected] of [
      [{ reduced: false }, /must have required property 'life_cycle_state'/],
      [{ json: { status, data: { ...example, id: "x" } } }, /pattern/],
      [{ json: { status, data: { ...example, more: 1 } } }, /additional properties/],
      [{ json: { status, data: null } }, /data must be object/],
      [{ json: { data: example } }, /status/],
      [{ status: 409, json: refused("INVALID_PARAMETERS") }, /code must be equal to one of the allowed values/],
      [{ status: 409, json: refused("NOT_DRAFT") }, /details/],
      [{ status: 412, json: refused("STALE_VERSION") }, /etag/],
      [{ status: 418 }, /not documented: 418/],
      [{ status: 503, json: refused("UNAVAILABLE") }, /retry-after/],
      [{ headers: {} }, /x-request-id/],
      [{ path: "/nowhere" }, /no documented operation/]
    ] as const) {
      assert.match(String(disagreement({ ...right, ...wrong })), expected)
    }
    assert.isUndefined(disagreement({ ...right, path: "/nowhere", status: 404 }))
  })
})

layer(Api.pipe(Layer.provideMerge(Memory)), { excludeTestServices: true })(
  "the OpenAPI document on the server",
  (it) => {
    it.effect("is /openapi.json, and /docs is a page that loads nothing from other hosts", () =>
      Effect.gen(function* () {
        const json = yield* HttpClient.get("/openapi.json")
        assert.deepStrictEqual(yield* json.json, JSON.parse(JSON.stringify(document)))
        assert.match(json.headers["content-type"] ?? "", /^application\/json/)
        const page = yield* HttpClient.get("/docs")
        assert.match(page.headers["content-type"] ?? "", /^text\/html/)
        assert.notMatch(yield* page.text, /<(script|link|img|iframe)[^>]+(src|href)=/)
        for (const path of ["/openapi.json", "/docs"]) {
          const head = yield* HttpClient.head(path)
          assert.strictEqual(head.status, 200)
          const refused = yield* HttpClient.post(path)
          assert.deepStrictEqual([refused.status, refused.headers.allow], [405, "GET, HEAD"])
        }
      })
    )
    it.effect("accepts the same identifiers as the server", () =>
      Effect.gen(function* () {
        const { token } = yield* setup
        const identifiers = [
          ...[{ number: "41" }, { number: "41", id: null }, { id: "1" }, { id: "1", number: null }],
          ...[{}, { id: null }, { id: null, number: null }, { id: "1", number: "41" }],
          ...[{ number: 41 }, { numbers: "41" }, { number: "41", more: null }, null, "41", ["41"]]
        ]
        for (const communication_identifier of identifiers) {
          const { status } = yield* complete({ token, communication_identifier })
          const errors = errorsOf({ $ref: "#/components/schemas/CommunicationIdentifier" }, communication_identifier)
          assert.strictEqual(
            errors === undefined,
            status !== 400,
            `${JSON.stringify(communication_identifier)} ${errors}`
          )
        }
      })
    )
  }
)
