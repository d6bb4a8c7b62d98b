/** The definition of the API, apart from its implementation: what clients, documentation and the server share. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, OpenApi } from "effect/http-api"
import { AnswerOf, SparseCommunication } from "./Answers.ts"
import { FailureOf, InvalidTokenFailure, UnavailableFailure } from "./Failures.ts"
import { Authorization, CommunicationIdentifier, FieldsSet, Token } from "./Parameters.ts"

/** Refuses requests that are not of the shape their endpoint declares. */
export class Shape extends HttpApiMiddleware.Service<Shape>()("@communications/http/Shape", {
  error: FailureOf("INVALID_PARAMETERS")
}) {}

/** Completes one communication: DRAFT becomes COMPLETED. Source: CRM.COM Web API, `POST communications/complete`. */
const complete = HttpApiEndpoint.post("complete", "/crmapi/rest/v2/communications/complete", {
  headers: Authorization,
  payload: Schema.Struct({ token: Token, communication_identifier: CommunicationIdentifier, fields_set: FieldsSet }),
  success: AnswerOf(SparseCommunication),
  error: [
    FailureOf("AMBIGUOUS_IDENTIFIER"),
    InvalidTokenFailure,
    FailureOf("COMMUNICATION_NOT_FOUND"),
    FailureOf("NOT_DRAFT"),
    UnavailableFailure
  ]
})

const Empty = AnswerOf(Schema.Struct({}))

/** The methods on communications. */
export class Communications extends HttpApiGroup.make("communications").add(complete).middleware(Shape) {}

/** For whoever watches the server: `live` while the process runs, `ready` while requests can be served. */
export class Health extends HttpApiGroup.make("health").add(
  HttpApiEndpoint.get("live", "/health/live", { success: Empty }),
  HttpApiEndpoint.get("ready", "/health/ready", { success: Empty, error: UnavailableFailure })
) {}

/** The whole API. */
export class CommunicationsApi extends HttpApi.make("communications")
  .add(Communications, Health)
  .annotateMerge(OpenApi.annotations({ title: "Communications", version: "0.1.0" })) {}
