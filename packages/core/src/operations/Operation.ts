/** The declaration of an operation. HTTP, OpenAPI, both clients, `createCommunications` and the docs derive from it. */
import { Effect, type Redacted, Result, Schema, type SchemaIssue, SchemaParser } from "effect"
import { InvalidRequest, type UnknownFields } from "../domain/errors/index.ts"
import { type FieldsSet, fieldsReader, reduceToFields, unknownMembers } from "../domain/FieldsSet.ts"
import type { Authentication } from "../use-cases/Authentication.ts"
import { FieldsSetParameter } from "./Parameters.ts"
import { traced } from "./traced.ts"
import { describe } from "./Wording.ts"

/** The class of an expected failure. */
export interface ErrorClass {
  new (...args: never): { readonly _tag: string; readonly message: string }
  /** The `_tag` of its errors. */
  readonly identifier: string
}

/** The parameters that identify the user: an authenticated user, only a token, or an optional network address. */
export interface Users {
  readonly authenticated: Authentication
  readonly token: { readonly token: Redacted.Redacted<string> }
  readonly anyone: { readonly address?: string | null }
}

/** What an operation returns: its result, with its metadata beside it. */
export type Returned<Data, Metadata> = { readonly value: Data } & Metadata

/** The declaration of an operation. */
export interface Declaration<
  Name extends string,
  User extends keyof Users,
  Given extends object,
  Request extends object,
  Data extends Schema.Json,
  Nameable extends Schema.Json,
  Errors extends ReadonlyArray<ErrorClass>,
  R,
  Documented extends Schema.Json = Data,
  Options = unknown,
  Metadata = unknown
> {
  /** The documented name. */
  readonly name: Name
  readonly user: User
  /** The parameters, without the token and `fields_set`. */
  readonly request: Schema.Codec<Request, Given>
  /** Whether unknown parameters are refused. By default they are ignored, because newer clients may send more. */
  readonly refusesUnknown?: boolean
  /** The result if `fields_set` is absent. */
  readonly result: Schema.Codec<Data, Schema.Json>
  /** The result over HTTP if `fields_set` is absent; absent if it is the same as `result`. */
  readonly documented?: Schema.Codec<Documented, Schema.Json>
  /** The result with every field that `fields_set` may name; absent if the operation has no `fields_set`. */
  readonly nameable?: Schema.Codec<Nameable, Schema.Json>
  /** The options of a call, all optional: an argument in the library, request headers over HTTP. */
  readonly options?: Schema.Codec<Options, unknown>
  /** The values returned beside the result, all optional: members of the outcome in the library, headers over HTTP. */
  readonly metadata?: Schema.Codec<Metadata, unknown>
  /** Every expected failure of `run`. */
  readonly errors: Errors
  readonly run: (
    request: Users[User] & Request,
    fields: FieldsSet,
    options: Options | undefined
  ) => Effect.Effect<Returned<Data | Nameable, NoInfer<Metadata>>, InstanceType<Errors[number]>, R>
  /** The name of the operation in generated clients and in traces. */
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly example: { readonly request: Schema.JsonObject; readonly result: Schema.Json }
}

/** An operation with its implementation, as the surfaces use it. */
export interface Operation<
  Name extends string,
  User extends keyof Users,
  Given extends object,
  Request extends object,
  Data extends Schema.Json,
  Nameable extends Schema.Json,
  Errors extends ReadonlyArray<ErrorClass>,
  R,
  Documented extends Schema.Json = Data,
  Options = unknown,
  Metadata = unknown
> extends Declaration<Name, User, Given, Request, Data, Nameable, Errors, R, Documented, Options, Metadata> {
  /** Returns the names of the parameters in a request that the operation does not have, and so ignores. */
  readonly unknownIn: (request: unknown) => ReadonlyArray<string>
  /** Checks a request, its `fields_set` and its options, runs the operation, and reduces the result to those fields. */
  readonly call: (
    user: Users[User],
    request: unknown,
    options?: unknown,
    surface?: "library" | "HTTP"
  ) => Effect.Effect<Returned<Schema.Json, Metadata>, InvalidRequest | UnknownFields | InstanceType<Errors[number]>, R>
}

/** The parameters that identify the user, by surface. */
const userParameters = {
  library: { authenticated: ["token", "caller"], token: ["token"], anyone: ["address"] },
  HTTP: { authenticated: ["token"], token: ["token"], anyone: [] }
} as const

const allFields: FieldsSet = []
const invalid = (issue: SchemaIssue.Issue) => Effect.fail(new InvalidRequest({ reason: describe(issue) }))
const decodeFieldsSet = SchemaParser.decodeUnknownResult(Schema.Struct({ fields_set: FieldsSetParameter }))

/** Makes an operation from its declaration. */
export const operation = <
  const Name extends string,
  const User extends keyof Users,
  Given extends object,
  Request extends object,
  Data extends Schema.Json,
  Nameable extends Schema.Json,
  const Errors extends ReadonlyArray<ErrorClass>,
  R,
  Documented extends Schema.Json = Data,
  Options = unknown,
  Metadata = unknown
>(
  declared: Declaration<Name, User, Given, Request, Data, Nameable, Errors, R, Documented, Options, Metadata>
): Operation<Name, User, Given, Request, Data, Nameable, Errors, R, Documented, Options, Metadata> => {
  const { result, documented = result, nameable, operationId, request, run, user } = declared
  const decode = SchemaParser.decodeUnknownResult(request)
  const decodeOptions = declared.options && SchemaParser.decodeUnknownResult(declared.options)
  const readFields = nameable && { library: fieldsReader(nameable, result), HTTP: fieldsReader(nameable, documented) }
  const common = nameable === undefined ? [] : ["fields_set"]
  const unknownIn = {
    library: unknownMembers(request, [...common, ...userParameters.library[user]]),
    HTTP: unknownMembers(request, [...common, ...userParameters.HTTP[user]])
  }
  const trace = traced(operationId)
  return {
    ...declared,
    unknownIn: unknownIn.HTTP,
    call: (user, given, givenOptions, surface = "library") => {
      const decoded = decode(given)
      if (Result.isFailure(decoded)) return invalid(decoded.failure)
      const [unknown] = declared.refusesUnknown ? unknownIn[surface](given) : []
      if (unknown !== undefined) {
        return Effect.fail(new InvalidRequest({ reason: `${unknown}: no parameter has this name` }))
      }
      const selection = decodeFieldsSet(given)
      if (Result.isFailure(selection)) return invalid(selection.failure)
      const fields = readFields?.[surface](selection.success.fields_set) ?? Result.succeed(allFields)
      if (Result.isFailure(fields)) return Effect.fail(fields.failure)
      const options = givenOptions === undefined ? undefined : decodeOptions?.(givenOptions)
      if (options !== undefined && Result.isFailure(options)) return invalid(options.failure)
      const running = trace(run({ ...decoded.success, ...user }, fields.success, options?.success))
      return Effect.map(running, (returned) => ({ ...returned, value: reduceToFields(returned.value, fields.success) }))
    }
  }
}
