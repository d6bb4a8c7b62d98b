/** The shape of an operation, from which every surface is derived: HTTP, OpenAPI, both clients, `createCommunications`, docs. */
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
  /** The tag of its errors. */
  readonly identifier: string
}

/** What an operation needs to know of its user: an authenticated one, a token alone, or at most a network address. */
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
  /** The parameters, but for the token and `fields_set`. */
  readonly request: Schema.Codec<Request, Given>
  /** The answer without `fields_set`. */
  readonly answer: Schema.Codec<Answer, Schema.Json>
  /** The answer with every field that `fields_set` may name; absent where the operation takes no `fields_set`. */
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

/** An operation, as surfaces use it. */
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
  /** Checks the shape of a request and its `fields_set`, runs the operation, and reduces its answer to those fields. */
  readonly ask: (
    user: Users[User],
    request: unknown
  ) => Effect.Effect<Schema.Json, InvalidRequest | UnknownFields | InstanceType<Errors[number]>, R>
}

const everything: FieldsSet = []
const invalid = (issue: SchemaIssue.Issue) => Effect.fail(new InvalidRequest({ reason: describe(issue) }))
const decodeReduced = SchemaParser.decodeUnknownResult(Schema.Struct({ fields_set: FieldsSetParameter }))

/** Makes an operation of its declaration. */
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
      const reduced = decodeReduced(given)
      if (Result.isFailure(reduced)) return invalid(reduced.failure)
      const fields = readFields?.(reduced.success.fields_set) ?? Result.succeed(everything)
      if (Result.isFailure(fields)) return Effect.fail(fields.failure)
      const running = trace(run({ ...decoded.success, ...user }, fields.success))
      return Effect.map(running, (data) => project(data, fields.success))
    }
  }
}
