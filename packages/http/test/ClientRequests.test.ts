import { createClient } from "@communications/http/client"
import { assert, describe, it } from "@effect/vitest"
import { readMetadata } from "../src/client/Metadata.ts"
import { queryOf, urlOf } from "../src/client/Query.ts"
import { writeOptions } from "../src/Headers.ts"

describe("the clients", () => {
  for (const [request, query] of [
    [{}, ""],
    [{ number_of_results: undefined, after: null }, ""],
    [{ number_of_results: 0, name: "a&b=c" }, "?number_of_results=0&name=a%26b%3Dc"],
    [{ fields_set: ["id", null, "number"] }, "?fields_set=id&fields_set=number"],
    [{ communication_identifier: { id: "1", number: null } }, "?communication_identifier=id%3D1"],
    [
      { communication_identifier: { id: "1", number: "2" } },
      "?communication_identifier=id%3D1&communication_identifier=number%3D2"
    ],
    [{ communication_identifier: {} }, "?communication_identifier="]
  ] as const) {
    it(`write ${JSON.stringify(request)} as the query "${query}"`, () => assert.strictEqual(queryOf(request), query))
  }

  it("accept the URL of the server with or without slashes at its end", () => {
    for (const end of ["", "/", "//"]) {
      assert.strictEqual(urlOf(`https://crm.example/api${end}`, "/health/live"), "https://crm.example/api/health/live")
    }
  })

  it("refuse an option that no method has, and send nothing", async () => {
    const client = createClient({ baseUrl: "http://127.0.0.1:1" })
    const request = { communication_identifier: { number: "41" } }
    for (const name of ["idempotency_key", "toString"]) {
      const options = Object.fromEntries([[name, "key"]])
      const error = await client.communications.complete(request, options).catch((error: unknown) => error)
      assert.strictEqual(String(error), `TypeError: no method has the option ${name}`)
      assert.throws(() => writeOptions(options), TypeError)
    }
    assert.deepStrictEqual(writeOptions({ idempotencyKey: "key", expectedVersion: undefined }), {
      "idempotency-key": "key"
    })
  })

  it("read no metadata from a response without its headers", () => {
    for (const absent of [null, undefined])
      assert.deepStrictEqual(
        readMetadata(() => absent),
        {}
      )
  })
})
