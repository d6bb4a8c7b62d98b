/** The OpenAPI document: generated from the operations, completed with their words and examples. */
import { operations } from "@communications/core"
import { type JsonSchema, Predicate, type Schema } from "effect"
import { OpenApi } from "effect/http-api"
import { type Code, failure, isCode } from "../Codes.ts"
import { queryTexts } from "../client/Query.ts"
import { success } from "../Envelope.ts"
import { verbOf } from "../Paths.ts"
import { Api } from "./Api.ts"
import { written } from "./DocumentSchemas.ts"

const description = `Completes the drafted communications of a CRM.

Every answer is \`{"status":{"code","message","description"},"data":…}\`. \`code\` is \`OK\`, or says what went wrong;
\`data\` is then \`null\`, and \`description\` tells what was wrong with this request. A URL that does not exist is
answered \`NOT_FOUND\` (404), a method that it does not support \`METHOD_NOT_ALLOWED\` (405, with \`Allow\`).

The token is a parameter, or sent as \`Authorization: Bearer\` instead. Members of a body that are not documented are
ignored. Answers have every documented member, \`null\` where it is unset; \`fields_set\` reduces them to those it names.`

const generated = OpenApi.fromApi(Api)

const generatedOperations = Object.values(generated.paths).flatMap(({ get, post }) =>
  [get, post].flatMap((operation) => (operation === undefined ? [] : [operation]))
)
const { ofRequest, ofAnswer, schemas } = written(
  generated.components.schemas,
  generatedOperations.map(({ requestBody }) => requestBody),
  generatedOperations.map(({ responses }) => responses)
)

const requestId = {
  schema: { type: "string", pattern: "^[A-Za-z0-9._-]{1,128}$" },
  description: "Names the request, in its answer and in the log; yours, if you sent one"
}

/** The words of an operation. A GET has its example parameters as texts, a POST as a body. */
interface Words {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly secured: boolean
  readonly request?: Schema.JsonObject
  readonly texts: ReadonlyMap<string, string>
  readonly answer: Schema.Json
}

const health = (operationId: string, summary: string, description: string): Words => ({
  ...{ operationId, summary, description, secured: false },
  ...{ texts: new Map(), answer: {} }
})

const wordsOf = new Map<string, Words>(
  [
    ...operations.map(({ name, operationId, summary, description, user, example }): Words => {
      const isRead = verbOf(name) === "GET"
      return {
        ...{ operationId, summary, description, secured: user !== "anyone" },
        ...(isRead ? {} : { request: example.request }),
        texts: isRead ? new Map(queryTexts(example.request)) : new Map(),
        answer: example.answer
      }
    }),
    health("isLive", "Whether the process runs", "Answers while it does."),
    health("isReady", "Whether requests can be served", "Answers `OK` while the database answers.")
  ].map((words) => [words.operationId, words])
)

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

const failures = generatedOperations
  .flatMap(({ responses }) => Object.values(responses).map((response) => codesIn(schemaOf(response))))
  .filter((codes) => codes.length > 0)
  .map((codes) => [nameOf(codes), failureOf(codes)] as const)

/** The schema and the example of a success, or those of a failure with one example for each code. */
const contentOf = (schema: unknown, answer: Schema.Json) => {
  const codes = codesIn(schema)
  if (codes.length === 0) return { schema, example: success(answer) }
  return {
    schema: { $ref: `#/components/schemas/${nameOf(codes)}` },
    examples: Object.fromEntries(
      codes.map((code) => [code, { value: failure(code, "what was wrong with this request") }])
    )
  }
}

const responseOf = (response: OpenApi.OpenApiSpecResponse, answer: Schema.Json) => ({
  description: response.description === "Success" ? "OK" : response.description.replaceAll(" | ", " "),
  headers: { ...response.headers, "x-request-id": { $ref: "#/components/headers/RequestId" } },
  content: { "application/json": contentOf(schemaOf(response), answer) }
})

/** A parameter of a query is text; one that may be repeated is described as given once. */
const parameterOf = ({ name, required, schema }: OpenApi.OpenAPISpecParameter, example: string | undefined) => {
  const { description, anyOf, ...others }: JsonSchema.JsonSchema = { ...schema }
  const text = Array.isArray(anyOf) ? { ...others, type: "string" } : others
  return {
    ...{ name, in: "query", required, schema: text },
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example })
  }
}

const operationOf = ({ operationId, tags, parameters, requestBody, responses }: OpenApi.OpenAPISpecOperation) => {
  const id = operationId.slice(operationId.indexOf(".") + 1)
  const words = wordsOf.get(id)
  if (words === undefined) throw new Error(`no words for ${operationId}`)
  const body = requestBody?.content["application/json"]?.schema
  return {
    ...{ operationId: id, summary: words.summary, description: words.description },
    tags,
    security: words.secured ? [{ bearer: [] }, {}] : [],
    parameters: [
      ...parameters.map((parameter) => parameterOf(parameter, words.texts.get(parameter.name))),
      { $ref: "#/components/parameters/RequestId" }
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: ofRequest(body), example: words.request } }
          }
        }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [status, responseOf(response, words.answer)])
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
