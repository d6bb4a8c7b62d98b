import { operations } from "@communications/core"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { requestHeaders, responseHeaders, writeHeaders } from "../src/Headers.ts"
import { headersIn, makeOptionsReader } from "../src/Options.ts"

describe("If-Match", () => {
  const cases: ReadonlyArray<readonly [text: string, versions: Array<number> | null | undefined]> = [
    ['"1"', [1]],
    ['"12", "345"', [12, 345]],
    ['"2147483647"', [2_147_483_647]],
    ['"2147483648"', []],
    ['"0", "01", "1x", "-1", "1.5", "1e3", ""', []],
    ['W/"1", "2"', [2]],
    ["*", null],
    ["1", undefined],
    ["", undefined]
  ]
  for (const [text, versions] of cases) {
    it(`${text} names ${versions === undefined ? "no tag" : `the versions ${JSON.stringify(versions)}`}`, () =>
      assert.deepStrictEqual(requestHeaders.expectedVersion.read(text), versions))
  }
})

describe("the headers of a response", () => {
  it("have the version, also if a proxy has made its tag weak, and nothing for another tag", () => {
    const { read } = responseHeaders.version
    assert.deepStrictEqual(['"12"', 'W/"12"'].map(read), [12, 12])
    for (const other of ["12", '"12"x', 'x"12"', '"1W/2"', '"W/12"', '"1W/"', '"x"']) assert.isUndefined(read(other))
  })
  it("say that a response is a replay only with true", () => {
    assert.isTrue(responseHeaders.replayed.read("true"))
    for (const other of ["false", ""]) assert.isUndefined(responseHeaders.replayed.read(other))
  })
})

describe("the headers of options", () => {
  it("are those that the operation declares", () => {
    const declared = Schema.Struct({ idempotencyKey: Schema.String, other: Schema.String })
    assert.deepStrictEqual(
      headersIn(requestHeaders, declared).map(({ header, name }) => [header, name]),
      [["Idempotency-Key", "idempotencyKey"]]
    )
    assert.deepStrictEqual(headersIn(requestHeaders, undefined), [])
    assert.deepStrictEqual(headersIn(requestHeaders, Schema.String), [])
  })
  it("are not written for an option that is undefined, or has no header", () => {
    const written = writeHeaders(requestHeaders, { idempotencyKey: undefined, expectedVersion: [1, 2], other: 1 })
    assert.deepStrictEqual(written, { "if-match": '"1", "2"' })
  })
})

describe("an option whose header was sent several times", () => {
  it("is refused, with the reason", () => {
    const read = makeOptionsReader(operations.find(({ name }) => name === "communications/complete")?.options)
    const headers = { "idempotency-key": "one\ntwo" }
    const options = read({ method: "POST", url: "/", headers, body: new Uint8Array(), address: null })
    if (!Result.isFailure(options)) return assert.fail("it is not refused")
    assert.strictEqual(options.failure.status.description, "Idempotency-Key: send this header once")
  })
})
