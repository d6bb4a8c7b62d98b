/** The OpenAPI document of the API: generated from its definition, completed with words and examples. */
import { type JsonSchema, Predicate } from "effect"
import { OpenApi } from "effect/http-api"
import { type Code, failure, isCode } from "./Codes.ts"
import { CommunicationsApi } from "./CommunicationsApi.ts"
import { type Words, words } from "./Documentation.ts"
import { written } from "./DocumentSchemas.ts"

const description = `Completes the drafted communications of a CRM.

Every answer is \`{"status":{"code","message","description"},"data":…}\`. \`code\` is \`OK\`, or says what went wrong;
\`data\` is then \`null\`, and \`description\` tells what was wrong with this request. A URL that does not exist is
answered \`NOT_FOUND\` (404), a method that it does not support \`METHOD_NOT_ALLOWED\` (405, with \`Allow\`).

The token is a parameter, or sent as \`Authorization: Bearer\` instead. Members of a body that are not documented are
ignored. Answers have every documented member, \`null\` where it is unset; \`fields_set\` reduces them to those it names.`

const generated = OpenApi.fromApi(CommunicationsApi)

const operations = Object.entries(generated.paths).flatMap(([path, item]) =>
  [item.get, item.post].flatMap((operation) => (operation === undefined ? [] : [{ path, operation }]))
)
const { ofRequest, ofAnswer, schemas } = written(
  generated.components.schemas,
  operations.map(({ operation }) => operation.requestBody),
  operations.map(({ operation }) => operation.responses)
)

const requestId = {
  schema: { type: "string", pattern: "^[A-Za-z0-9._-]{1,128}$" },
  description: "Names the request, in its answer and in the log; yours, if you sent one"
}

const wordsOf = new Map<string, Words>(Object.entries(words))

const codesIn = (schema: unknown): ReadonlyArray<Code> =>
  Object.values(Predicate.isObject(schema) ? schema : {}).flatMap((value) => {
    if (Array.isArray(value)) return value.flatMap(codesIn)
    const name = typeof value === "string" ? (value.split("/").at(-1) ?? "") : ""
    return isCode(name) ? [name] : []
  })

const text = { type: "string" }

/** A failure that has one of these codes. */
const failureOf = (codes: ReadonlyArray<Code>) => ({
  type: "object",
  description: "`message` is constant per code, `description` says what was wrong with this request",
  properties: {
    status: {
      type: "object",
      properties: { code: { type: "string", enum: codes }, message: text, description: text },
      required: ["code", "message", "description"],
      additionalProperties: false
    },
    data: { type: "null" }
  },
  required: ["status", "data"],
  additionalProperties: false
})

const nameOf = (codes: ReadonlyArray<Code>): string => codes.join("_OR_")
const schemaOf = (response: OpenApi.OpenApiSpecResponse) => ofAnswer(response.content?.["application/json"]?.schema)

const failures = operations
  .flatMap(({ operation }) => Object.values(operation.responses).map((response) => codesIn(schemaOf(response))))
  .filter((codes) => codes.length > 0)
  .map((codes) => [nameOf(codes), failureOf(codes)] as const)

/** What is answered where it went well, with an example; or where it did not, with one of each code. */
const contentOf = (schema: unknown, answer: unknown) => {
  const codes = codesIn(schema)
  if (codes.length === 0) {
    return { schema, example: { status: { code: "OK", message: null, description: null }, data: answer } }
  }
  return {
    schema: { $ref: `#/components/schemas/${nameOf(codes)}` },
    examples: Object.fromEntries(
      codes.map((code) => [code, { value: failure(code, "what was wrong with this request") }])
    )
  }
}

const responseOf = (response: OpenApi.OpenApiSpecResponse, answer: unknown) => ({
  description: response.description === "Success" ? "OK" : response.description.replaceAll(" | ", " "),
  headers: { ...response.headers, "x-request-id": { $ref: "#/components/headers/RequestId" } },
  content: { "application/json": contentOf(schemaOf(response), answer) }
})

/** Parameters in a query are text, whatever they are read as; one that may be repeated is described as given once. */
const parameterOf = ({ name, required, schema }: OpenApi.OpenAPISpecParameter, example: unknown) => {
  const { description, anyOf, ...others }: JsonSchema.JsonSchema = { ...schema }
  const text = Array.isArray(anyOf) ? { ...others, type: "string" } : others
  return {
    ...{ name, in: "query", required, schema: text },
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example })
  }
}

const operationOf = ({ operationId, tags, parameters, requestBody, responses }: OpenApi.OpenAPISpecOperation) => {
  const known = wordsOf.get(operationId)
  if (known === undefined) throw new Error(`no words for ${operationId}`)
  const { request, answer, ...said } = known
  const body = requestBody?.content["application/json"]?.schema
  return {
    ...said,
    tags,
    security: parameters.some(({ in: place }) => place === "header") ? [{ bearer: [] }, {}] : [],
    parameters: [
      ...parameters
        .filter(({ in: place }) => place === "query")
        .map((parameter) => parameterOf(parameter, request?.[parameter.name])),
      { $ref: "#/components/parameters/RequestId" }
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: ofRequest(body), example: request } }
          }
        }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [status, responseOf(response, answer)])
    )
  }
}

/** The document: OpenAPI 3.1. */
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
    headers: { RequestId: { required: true, ...requestId } },
    securitySchemes: {
      bearer: {
        ...{ type: "http", scheme: "bearer" },
        description: "The token that `authentication/token` answers; it may be sent as the parameter `token` instead"
      }
    }
  }
}

/** The definition with its document, for what renders documents. */
export const DocumentedApi = CommunicationsApi.annotateMerge(OpenApi.annotations({ override: document }))

/** Where the document is, and the page that renders it and lets one try it out. */
export const documentPaths = { document: "/openapi.json", page: "/docs" } as const
