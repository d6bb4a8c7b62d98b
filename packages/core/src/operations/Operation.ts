/** The declaration of an operation. HTTP, OpenAPI, both clients, `createCommunications` and the docs derive from it. */
import { Effect, type Redacted, Result, Schema, type SchemaIssue, SchemaParser } from "effect"
import { InvalidRequest, type UnknownFields } from "../domain/errors/index.ts"
import { type FieldsSet, fieldsReader, project } from "../domain/FieldsSet.ts"
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

/** The declaration of an operation. */
export interface Declaration<
  Name extends string,
  User extends keyof Users,
  Given extends object,
  Request extends object,
  Answer extends Schema.Json,
  Nameable extends Schema.Json,
  Errors extends ReadonlyArray<ErrorClass>,
  R
> {
  /** The documented name. */
  readonly name: Name
  readonly user: User
  /** The parameters, without the token and `fields_set`. */
  readonly request: Schema.Codec<Request, Given>
  /** The result if `fields_set` is absent. */
  readonly answer: Schema.Codec<Answer, Schema.Json>
  /** The result with every field that `fields_set` may name; absent if the operation has no `fields_set`. */
  readonly nameable?: Schema.Codec<Nameable, Schema.Json>
  /** Every expected failure of `run`. */
  readonly errors: Errors
  readonly run: (
    request: Users[User] & Request,
    fields: FieldsSet
  ) => Effect.Effect<Answer | Nameable, InstanceType<Errors[number]>, R>
  /** The name of the operation in generated clients and in traces. */
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly example: { readonly request: Schema.JsonObject; readonly answer: Schema.Json }
}

/** An operation with its implementation, as the surfaces use it. */
export interface Operation<
  Name extends string,
  User extends keyof Users,
  Given extends object,
  Request extends object,
  Answer extends Schema.Json,
  Nameable extends Schema.Json,
  Errors extends ReadonlyArray<ErrorClass>,
  R
> extends Declaration<Name, User, Given, Request, Answer, Nameable, Errors, R> {
  /** Checks a request and its `fields_set`, runs the operation, and reduces the result to those fields. */
  readonly ask: (
    user: Users[User],
    request: unknown
  ) => Effect.Effect<Schema.Json, InvalidRequest | UnknownFields | InstanceType<Errors[number]>, R>
}

const allFields: FieldsSet = []
const invalid = (issue: SchemaIssue.Issue) => Effect.fail(new InvalidRequest({ reason: describe(issue) }))
const decodeFieldsSet = SchemaParser.decodeUnknownResult(Schema.Struct({ fields_set: FieldsSetParameter }))

/** Makes an operation from its declaration. */
export const operation = <
  const Name extends string,
  const User extends keyof Users,
  Given extends object,
  Request extends object,
  Answer extends Schema.Json,
  Nameable extends Schema.Json,
  const Errors extends ReadonlyArray<ErrorClass>,
  R
>(
  declared: Declaration<Name, User, Given, Request, Answer, Nameable, Errors, R>
): Operation<Name, User, Given, Request, Answer, Nameable, Errors, R> => {
  const { answer, nameable, operationId, request, run } = declared
  const decode = SchemaParser.decodeUnknownResult(request)
  const readFields = nameable === undefined ? undefined : fieldsReader(nameable, answer)
  const trace = traced(operationId)
  return {
    ...declared,
    ask: (user, given) => {
      const decoded = decode(given)
      if (Result.isFailure(decoded)) return invalid(decoded.failure)
      const selection = decodeFieldsSet(given)
      if (Result.isFailure(selection)) return invalid(selection.failure)
      const fields = readFields?.(selection.success.fields_set) ?? Result.succeed(allFields)
      if (Result.isFailure(fields)) return Effect.fail(fields.failure)
      const running = trace(run({ ...decoded.success, ...user }, fields.success))
      return Effect.map(running, (data) => project(data, fields.success))
    }
  }
}
