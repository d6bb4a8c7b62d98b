import {
  type completeCommunication,
  type createCommunication,
  createCommunications,
  type createContactInformation,
  fieldsReader,
  InvalidRequest,
  InvalidToken,
  layerMemory,
  type listCommunications,
  type listContactInformation,
  type logIn,
  type Operations,
  operations,
  type Ports,
  reduceToFields,
  type releaseToken,
  type showCommunication,
  type showContactInformation,
  type showHistory,
  UnknownFields,
  type viewCommunication
} from "@communications/core"
import { contracts, freshId } from "@communications/core/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Result, Schema, SchemaAST } from "effect"
import { afterAll, expectTypeOf } from "vitest"

const host = createCommunications(layerMemory)
afterAll(() => host.dispose())

/** The members of a schema by name: of all alternatives of a union, or of the elements of an array. */
const membersOf = (ast: SchemaAST.AST): ReadonlyMap<string, SchemaAST.AST> => {
  if (SchemaAST.isUnion(ast)) return new Map(ast.types.flatMap((type) => [...membersOf(type)]))
  if (SchemaAST.isArrays(ast)) return new Map(ast.rest.flatMap((type) => [...membersOf(type)]))
  if (!SchemaAST.isObjects(ast)) return new Map()
  return new Map(ast.propertySignatures.map(({ name, type }) => [String(name), type] as const))
}

/** Calls an operation with a token, which every operation accepts. */
const call = (
  operation: Operations,
  given: unknown,
  fields_set: string | null
): Effect.Effect<Schema.Json, { readonly _tag: string }, Ports> =>
  operation.call(
    { token: Redacted.make(freshId()) },
    typeof given === "object" && given !== null ? { ...given, fields_set } : given
  )

const isJson = (ast: SchemaAST.AST) => Schema.is(Schema.make<Schema.Codec<Schema.Json>>(ast))

describe("the list of operations", () => {
  it("has unique names", () => {
    for (const key of ["name", "operationId"] as const) {
      assert.lengthOf(new Set(operations.map((operation) => operation[key])), operations.length)
    }
  })
  it("has exactly the methods of createCommunications, in groups", () => {
    const { subscribe: _, dispose: __, ...groups } = host
    const methods = Object.entries(groups).flatMap(([group, methods]) =>
      Object.keys(methods).map((method) => `${group}/${method}`)
    )
    const documented = operations.map(({ name }) =>
      name.replace("authentication/token/release", "authentication/release")
    )
    assert.deepStrictEqual(methods.sort(), documented.sort())
  })
  it("has a clause of the isolation contract for each operation", () => {
    for (const { operationId } of operations) {
      assert.isTrue(
        contracts.some(({ name }) => name.startsWith(`Isolation: ${operationId}`)),
        operationId
      )
    }
  })
})

for (const operation of operations) {
  const { token: _, fields_set, ...request }: { readonly [Name in string]?: Schema.Json } = operation.example.request
  const { result } = operation.example
  const given = typeof fields_set === "string" ? fields_set : null
  describe(operation.name, () => {
    it("has a summary without a full stop, and a description of full sentences", () => {
      assert.match(operation.summary, /^[A-Z].*[^.]$/)
      assert.match(operation.description, /^[A-Z].*\.$/s)
    })
    it("has an example request that matches its schema, without unknown members", () => {
      assert.isTrue(Result.isSuccess(Schema.decodeUnknownResult(operation.request)(request)))
      for (const name of Object.keys(request)) assert.include([...membersOf(operation.request.ast).keys()], name)
    })
    it("has an example response that matches its schema, with exactly the requested fields", () => {
      const nameable =
        "nameable" in operation && operation.nameable !== undefined ? operation.nameable : operation.result
      if (given === null) {
        const documented =
          "documented" in operation && operation.documented !== undefined ? operation.documented : operation.result
        assert.deepStrictEqual(Result.getOrThrow(Schema.decodeUnknownResult(documented)(result)), result)
      } else {
        const fields = Result.getOrThrow(fieldsReader(nameable, operation.result)(given))
        const elements = Array.isArray(result) ? result : [result]
        for (const element of elements) {
          assert.strictEqual(JSON.stringify(reduceToFields(element, fields)), JSON.stringify(element))
          for (const [name, value] of Object.entries(element)) {
            const type = membersOf(nameable.ast).get(name) ?? assert.fail(`no such field: ${name}`)
            assert.isTrue(isJson(type)(value), name)
          }
        }
      }
    })
    it("checks the request first, then fields_set, then the token", () =>
      Effect.gen(function* () {
        if (operation.user !== "authenticated") return
        const error = (given: unknown, fields_set: string | null) =>
          Effect.flip(Effect.provide(call(operation, given, fields_set), layerMemory))
        assert.instanceOf(yield* error(null, "nope"), InvalidRequest)
        assert.deepStrictEqual(yield* error(request, "nope"), new UnknownFields({ unknown: ["nope"] }))
        assert.deepStrictEqual(yield* error(request, null), new InvalidToken())
      }).pipe(Effect.runPromise))
  })
}

describe("the declared errors", () => {
  type Declared<Name extends Operations["name"]> = InstanceType<
    Extract<Operations, { readonly name: Name }>["errors"][number]
  >["_tag"]
  type Failing<Run> = Run extends (...args: never) => Effect.Effect<unknown, infer E extends { _tag: string }, unknown>
    ? E["_tag"]
    : never
  it("are exactly those of the use case", () => {
    expectTypeOf<Declared<"communications/complete">>().toEqualTypeOf<Failing<typeof completeCommunication>>()
    expectTypeOf<Declared<"communications/create">>().toEqualTypeOf<Failing<typeof createCommunication>>()
    expectTypeOf<Declared<"communications/show">>().toEqualTypeOf<Failing<typeof showCommunication>>()
    expectTypeOf<Declared<"communications/show">>().toEqualTypeOf<Failing<typeof showHistory>>()
    expectTypeOf<Declared<"communications/list">>().toEqualTypeOf<Failing<typeof listCommunications>>()
    expectTypeOf<Declared<"communications/view">>().toEqualTypeOf<Failing<typeof viewCommunication>>()
    expectTypeOf<Declared<"contact_information/create">>().toEqualTypeOf<Failing<typeof createContactInformation>>()
    expectTypeOf<Declared<"contact_information/show">>().toEqualTypeOf<Failing<typeof showContactInformation>>()
    expectTypeOf<Declared<"contact_information/list">>().toEqualTypeOf<Failing<typeof listContactInformation>>()
    expectTypeOf<Declared<"authentication/token">>().toEqualTypeOf<Failing<typeof logIn>>()
    expectTypeOf<Declared<"authentication/token/release">>().toEqualTypeOf<Failing<typeof releaseToken>>()
  })
})

describe("an invalid request", () => {
  const refusal = (name: Operations["name"], given: unknown) => {
    const operation = operations.find((operation) => operation.name === name) ?? assert.fail(name)
    return Effect.runPromise(Effect.flip(Effect.provide(call(operation, given, null), layerMemory)))
  }
  it.each([
    ["communications/complete", {}, "communication_identifier is missing"],
    ["communications/complete", { communication_identifier: "41" }, "communication_identifier: expected an object"],
    [
      "communications/complete",
      { communication_identifier: { number: 41 } },
      "communication_identifier.number: expected a string or null"
    ],
    [
      "communications/complete",
      { communication_identifier: { ids: "41" } },
      "communication_identifier.ids: no member has this name"
    ],
    ["communications/list", { life_cycle_state: "OPEN" }, 'life_cycle_state: expected "DRAFT" or "COMPLETED"'],
    ["contact_information/create", { type: "ROBOT" }, 'type: expected "PERSON" or "COMPANY"'],
    [
      "authentication/token",
      { username: "ada", password: 1815, organisation: "CRMDEMO" },
      "password: expected a string"
    ]
  ] as const)("%s %j: %s", async (name, given, reason) => {
    assert.deepStrictEqual(await refusal(name, given), new InvalidRequest({ reason }))
  })
})
