/** Declares the operations as an `HttpApi`, from which Effect generates the OpenAPI document. */
import { FieldsSetParameter, type Group, type Operations, operations } from "@communications/core"
import { Schema, SchemaAST } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { type Code, messageOf, statusOf } from "../Codes.ts"
import { healthPaths, pathOf, verbOf } from "../Paths.ts"
import { wholeNumber } from "../Query.ts"
import { codeOfError } from "../Refusals.ts"
import { successOf } from "./SuccessSchema.ts"

const TokenParameter = Schema.optionalKey(
  Schema.NullOr(Schema.String).annotate({
    description: "The token that logging in returned. It may be sent as `Authorization: Bearer` instead."
  })
)

/** The schemas of the headers to send with a code. */
const headers: { readonly [C in Code]?: Schema.Struct.Fields } = {
  STALE_VERSION: { etag: Schema.String },
  INVALID_TOKEN: { "www-authenticate": Schema.Literal('Bearer error="invalid_token"') },
  TOO_MANY_ATTEMPTS: { "retry-after": Schema.FiniteFromString },
  UNAVAILABLE: { "retry-after": Schema.Literal("1") }
}

/** The schema of a failure with this code. */
const failureOf = (code: Code): Schema.Top => {
  const schema = Schema.Struct({
    status: Schema.Struct({ code: Schema.Literal(code), message: Schema.String, description: Schema.String }),
    data: Schema.Null
  })
    .annotate({ identifier: code, description: messageOf(code) })
    .pipe(HttpApiSchema.status(statusOf(code)))
  const fields = headers[code]
  return fields === undefined ? schema : HttpApiSchema.WithHeaders(schema, fields)
}

/** The schema of a request, with the parameters `token` and `fields_set` if the operation accepts them. */
const requestOf = ({ user, request }: Operations): Schema.Top => {
  const withCommonParameters = (ast: SchemaAST.AST): SchemaAST.AST => {
    if (SchemaAST.isUnion(ast)) return new SchemaAST.Union(ast.types.map(withCommonParameters), ast.options)
    if (!SchemaAST.isObjects(ast)) return ast
    const token = user === "anyone" ? [] : [new SchemaAST.PropertySignature("token", TokenParameter.ast)]
    const fields_set =
      user === "authenticated" ? [new SchemaAST.PropertySignature("fields_set", FieldsSetParameter.ast)] : []
    const members = [...token, ...ast.propertySignatures, ...fields_set]
    return new SchemaAST.Objects(members, ast.indexSignatures, ast.annotations)
  }
  return Schema.make(withCommonParameters(request.ast))
}

/** The schema of a query parameter, which is always text, for a member of a request. */
const queryParameterOf = (type: SchemaAST.AST): Schema.Top => {
  const optional = (schema: Schema.Top) => (SchemaAST.isOptional(type) ? Schema.optionalKey(schema) : schema)
  const description = SchemaAST.resolveDescription(type) ?? ""
  if (SchemaAST.isNumber(type)) return optional(Schema.String.check(Schema.isPattern(wholeNumber, { description })))
  if (!SchemaAST.isObjects(type)) return Schema.make(type)
  const keys = type.propertySignatures.map(({ name }) => String(name))
  const isMandatory = type.propertySignatures.some(({ type }) => !SchemaAST.isOptional(type))
  return optional(
    Schema.Union([Schema.String, Schema.Array(Schema.String)]).check(
      Schema.makeFilter(() => true, {
        description: description.replace(
          /: .*$/,
          `: ${keys.length > 1 ? "exactly one of " : ""}${keys.join("=… and ")}=…`
        ),
        toJsonSchema: () => ({ pattern: `^((${keys.join("|")})=|$)`, ...(isMandatory ? { minLength: 3 } : {}) })
      })
    )
  )
}

const queryOf = (operation: Operations): Schema.Struct.Fields => {
  const { ast } = requestOf(operation)
  if (!SchemaAST.isObjects(ast)) return {}
  return Object.fromEntries(ast.propertySignatures.map(({ name, type }) => [name, queryParameterOf(type)]))
}

const codesOfAll = ["INVALID_PARAMETERS", "INTERNAL_ERROR"] as const
const codesOfBodies = ["PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"] as const

const declaredCodes = ({ errors }: Operations): ReadonlyArray<Code> =>
  errors.flatMap(({ identifier }) =>
    Object.entries(codeOfError).flatMap(([tag, code]) => (tag === identifier ? [code] : []))
  )

const endpointOf = (operation: Operations) => {
  const { result, documented = result, name, nameable, operationId } = operation
  const codes = (others: ReadonlyArray<Code>) => [...new Set([...declaredCodes(operation), ...codesOfAll, ...others])]
  const success = successOf(documented, nameable)
  return verbOf(name) === "GET"
    ? HttpApiEndpoint.get(operationId, pathOf(name), {
        query: queryOf(operation),
        success,
        error: codes([]).map(failureOf)
      })
    : HttpApiEndpoint.post(operationId, pathOf(name), {
        payload: requestOf(operation),
        success,
        error: codes(codesOfBodies).map(failureOf)
      })
}

const groupOf = (name: Group, title: string, description: string) => {
  const endpoints = operations.filter((operation) => operation.name.startsWith(`${name}/`)).map(endpointOf)
  const [first, ...others] = endpoints
  if (first === undefined) throw new Error(`the group ${name} has no operation`)
  return HttpApiGroup.make(name)
    .add(first, ...others)
    .annotateMerge(OpenApi.annotations({ title, description }))
}

const health = HttpApiGroup.make("health")
  .add(
    HttpApiEndpoint.get("isLive", healthPaths.live, {
      success: successOf(Schema.Struct({})),
      error: codesOfAll.map(failureOf)
    }),
    HttpApiEndpoint.get("isReady", healthPaths.ready, {
      success: successOf(Schema.Struct({})),
      error: (["UNAVAILABLE", ...codesOfAll] as const).map(failureOf)
    })
  )
  .annotateMerge(OpenApi.annotations({ title: "Health", description: "Health checks for monitoring." }))

/** The API: the operations and the health checks. */
export const Api = HttpApi.make("communications")
  .add(
    groupOf(
      "communications",
      "Communications",
      "E-mails, calls and letters to and from contacts. Each is drafted, and completed once."
    ),
    groupOf(
      "contact_information",
      "Contact information",
      "The people and companies that communications go to and come from."
    ),
    groupOf("authentication", "Authentication", "Log in to get a token, and release it to log out."),
    health
  )
  .annotateMerge(
    OpenApi.annotations({
      title: "Communications",
      version: "0.1.0",
      license: { name: "MIT", url: "https://opensource.org/license/mit" }
    })
  )
