/** Generates the OpenAPI document from the operations, and adds their texts and examples. */
import { operations } from "@communications/core"
import { type JsonSchema, type Schema, SchemaAST } from "effect"
import { OpenApi } from "effect/http-api"
import { type Code, isCode } from "../Codes.ts"
import { queryTexts } from "../client/Query.ts"
import { success } from "../Envelope.ts"
import { type RequestHeader, requestHeaders, responseHeaders } from "../Headers.ts"
import { headersIn } from "../Options.ts"
import { verbOf } from "../Paths.ts"
import { wholeNumber } from "../Query.ts"
import { Api } from "./Api.ts"
import { rewriteSchemas } from "./DocumentSchemas.ts"
import { codesIn, exampleOf, failureOf } from "./Failures.ts"

const description = `Completes the drafted communications of a CRM.

Every response is \`{"status":{"code","message","description"},"data":…}\`. If the request succeeds, \`code\` is \`OK\`.
Otherwise \`code\` is the kind of error, \`description\` explains the error in this request, and \`data\` is \`null\`.
A URL that does not exist returns \`NOT_FOUND\` (404). A method that the URL does not support returns
\`METHOD_NOT_ALLOWED\` (405) with the header \`Allow\`.

Send the token as the parameter \`token\` or as \`Authorization: Bearer\`. Undocumented members of a body are ignored.
A response has every documented member; unset members are \`null\`. With \`fields_set\` it has only the named ones.`

const generated = OpenApi.fromApi(Api)

const generatedOperations = Object.values(generated.paths).flatMap(({ get, post }) =>
  [get, post].flatMap((operation) => (operation === undefined ? [] : [operation]))
)
const { ofRequest, ofResponse, schemas } = rewriteSchemas(
  generated.components.schemas,
  generatedOperations.map(({ requestBody }) => requestBody),
  generatedOperations.map(({ responses }) => responses)
)

const requestId = {
  schema: { type: "string", pattern: "^[A-Za-z0-9._-]{1,128}$" },
  description: "Identifies the request in its response and in the log. If you send none, the server makes one."
}

const IgnoredParameters = {
  ...{ required: false, schema: { type: "string" } },
  description: "The names of the parameters and headers that the operation does not have, and so ignored."
}

/** The texts and examples of an operation. The example of a GET request is `query`, that of a POST request is `body`. */
interface Texts {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly secured: boolean
  readonly requestHeaders: ReturnType<typeof headersIn<RequestHeader>>
  readonly responseHeaders: ReturnType<typeof headersIn>
  /** Whether it is an operation, which names what it ignores. */
  readonly ignores: boolean
  readonly body?: Schema.JsonObject
  readonly query: ReadonlyMap<string, string>
  readonly result: Schema.Json
}

const health = (operationId: string, summary: string, description: string): Texts => ({
  ...{ operationId, summary, description, secured: false, requestHeaders: [], responseHeaders: [] },
  ignores: false,
  ...{ query: new Map(), result: {} }
})

const textsOf = new Map<string, Texts>(
  [
    ...operations.map(({ name, operationId, summary, description, user, example, ...declared }): Texts => {
      const isRead = verbOf(name) === "GET"
      return {
        ...{ operationId, summary, description, secured: user !== "anyone" },
        requestHeaders: headersIn<RequestHeader>(requestHeaders, declared.options),
        responseHeaders: headersIn(responseHeaders, declared.metadata),
        ignores: true,
        ...(isRead ? {} : { body: example.request }),
        query: isRead ? new Map(queryTexts(example.request)) : new Map(),
        result: example.result
      }
    }),
    health("isLive", "Check whether the process is running", "Returns `OK` while it is running."),
    health("isReady", "Check whether the server can serve requests", "Returns `OK` while the database responds.")
  ].map((texts) => [texts.operationId, texts])
)

const nameOf = (codes: ReadonlyArray<Code>): string => codes.join("_OR_")
const schemaOf = (response: OpenApi.OpenApiSpecResponse) => ofResponse(response.content?.["application/json"]?.schema)

const failures = generatedOperations
  .flatMap(({ responses }) => Object.values(responses).map((response) => codesIn(schemaOf(response))))
  .filter((codes) => codes.length > 0)
  .map((codes) => [nameOf(codes), failureOf(codes)] as const)

/** The schema and example of a success, or the schema of a failure and an example for each code. */
const contentOf = (schema: unknown, result: Schema.Json) => {
  const codes = codesIn(schema)
  if (codes.length === 0) return { schema, example: success(result) }
  return {
    schema: { $ref: `#/components/schemas/${nameOf(codes)}` },
    examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]))
  }
}

const text = { type: "string" }

const descriptionOf = (type: SchemaAST.AST): string => SchemaAST.resolveDescription(type) ?? ""

/** The headers of the metadata that an operation returns; each may be absent. */
const metadataHeaders = ({ responseHeaders }: Texts) =>
  Object.fromEntries(
    responseHeaders.map(({ header, type }) => [
      header.toLowerCase(),
      { required: false, schema: text, description: descriptionOf(type) }
    ])
  )

/** The statuses of requests that were not read, so that nothing is known to be ignored. */
const unread = ["413", "415"]

const responseOf = (status: string, response: OpenApi.OpenApiSpecResponse, texts: Texts) => ({
  description: response.description === "Success" ? "OK" : response.description.replaceAll(" | ", " "),
  headers: {
    ...response.headers,
    ...(status === "200" ? metadataHeaders(texts) : {}),
    ...(texts.ignores && !unread.includes(status)
      ? { "x-ignored-parameters": { $ref: "#/components/headers/IgnoredParameters" } }
      : {}),
    "x-request-id": { $ref: "#/components/headers/RequestId" }
  },
  content: { "application/json": contentOf(schemaOf(response), texts.result) }
})

/** A query parameter is text or a whole number. A repeatable one is documented as a single text. */
const parameterOf = ({ name, required, schema }: OpenApi.OpenAPISpecParameter, example: string | undefined) => {
  const { description, anyOf, ...others }: JsonSchema.JsonSchema = { ...schema }
  const isNumber = others.pattern === wholeNumber.source
  const single = Array.isArray(anyOf) ? { ...others, type: "string" } : others
  return {
    ...{ name, in: "query", required, schema: isNumber ? { type: "integer", minimum: 0 } : single },
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example: isNumber ? Number(example) : example })
  }
}

const operationOf = ({ operationId, tags, parameters, requestBody, responses }: OpenApi.OpenAPISpecOperation) => {
  const id = operationId.slice(operationId.indexOf(".") + 1)
  const texts = textsOf.get(id)
  if (texts === undefined) throw new Error(`the operation ${operationId} has no texts`)
  const body = requestBody?.content["application/json"]?.schema
  return {
    ...{ operationId: id, summary: texts.summary, description: texts.description },
    tags,
    security: texts.secured ? [{ bearer: [] }, {}] : [],
    parameters: [
      ...parameters.map((parameter) => parameterOf(parameter, texts.query.get(parameter.name))),
      ...texts.requestHeaders.map(({ header, expected, type }) => ({
        ...{ name: header, in: "header", required: false, schema: text },
        description: `${descriptionOf(type)}.${expected === undefined ? "" : ` The value is ${expected}.`}`
      })),
      { $ref: "#/components/parameters/RequestId" }
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: ofRequest(body), example: texts.body } }
          }
        }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [status, responseOf(status, response, texts)])
    )
  }
}

/** The API as an OpenAPI 3.1 document. */
export const document = {
  ...{ openapi: generated.openapi, info: { ...generated.info, description } },
  servers: [{ url: "/", description: "This server" }],
  ...{ tags: generated.tags, security: generated.security },
  paths: Object.fromEntries(
    Object.entries(generated.paths).map(([path, { get, post }]) => [
      path,
      {
        ...(get === undefined ? {} : { get: operationOf(get) }),
        ...(post === undefined ? {} : { post: operationOf(post) })
      }
    ])
  ),
  components: {
    schemas: Object.fromEntries([...Object.entries(schemas).filter(([name]) => !isCode(name)), ...failures]),
    parameters: { RequestId: { name: "X-Request-Id", in: "header", required: false, ...requestId } },
    headers: { RequestId: { required: true, ...requestId }, IgnoredParameters },
    securitySchemes: {
      bearer: {
        ...{ type: "http", scheme: "bearer" },
        description: "The token that `authentication/token` returned. It may be sent as the parameter `token` instead."
      }
    }
  }
}
