import { assert, it } from "@effect/vitest"
import { formatArray, hex } from "../src/statements/Columns.ts"

it("an array of texts as a parameter has their quotes and backslashes escaped", () => {
  assert.strictEqual(formatArray(["a", 'b"c', "d\\e", "", "{f,g}"]), String.raw`{"a","b\"c","d\\e","","{f,g}"}`)
  assert.strictEqual(formatArray([]), "{}")
})

it("an id that a host's handle has changed or dropped is an error that names the likely cause", () => {
  assert.strictEqual(hex("0b7a3c1e-5d2f-4a86-9c10-2e4f6a8b0c1d"), "0B7A3C1E5D2F4A869C102E4F6A8B0C1D")
  for (const changed of [{}, { id: 5 }]) {
    assert.throws(() => hex(JSON.parse(JSON.stringify(changed)).id), "does the host's handle rename columns")
  }
})
