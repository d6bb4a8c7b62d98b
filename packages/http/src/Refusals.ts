/** What the failures of use cases are over HTTP. */
import type {
  AmbiguousIdentifier,
  CommunicationNotFound,
  ContactInformationNotFound,
  InvalidQuery,
  NotDraft,
  StorageUnavailable,
  TooManyAttempts,
  UnknownFields
} from "@communications/core"
import { Effect, Struct } from "effect"
import { failure } from "./Codes.ts"

const refusals = {
  UnknownFields: ({ message }: UnknownFields) => Effect.fail(failure("INVALID_PARAMETERS", `fields_set: ${message}`)),
  InvalidQuery: ({ message }: InvalidQuery) => Effect.fail(failure("INVALID_PARAMETERS", message)),
  InvalidToken: () => Effect.fail(failure("INVALID_TOKEN", "log in, and send the token that you are given")),
  InvalidCredentials: () => Effect.fail(failure("INVALID_CREDENTIALS", "check all three of them")),
  TooManyAttempts: ({ message, retry_after }: TooManyAttempts) =>
    Effect.fail({ ...failure("TOO_MANY_ATTEMPTS", message), retry_after }),
  AmbiguousIdentifier: ({ message }: AmbiguousIdentifier) => Effect.fail(failure("AMBIGUOUS_IDENTIFIER", message)),
  CommunicationNotFound: ({ message }: CommunicationNotFound) =>
    Effect.fail(failure("COMMUNICATION_NOT_FOUND", message)),
  ContactInformationNotFound: ({ message }: ContactInformationNotFound) =>
    Effect.fail(failure("CONTACT_INFORMATION_NOT_FOUND", message)),
  NotDraft: ({ message }: NotDraft) => Effect.fail(failure("NOT_DRAFT", message)),
  StorageUnavailable: (error: StorageUnavailable) =>
    Effect.andThen(
      Effect.logWarning("Storage unavailable", error),
      Effect.fail(failure("UNAVAILABLE", "try again soon"))
    )
}

/** The refusals of these failures, for `Effect.catchTags`; made once, not for each request. */
const refusalsOf = <const Tags extends ReadonlyArray<keyof typeof refusals>>(...tags: Tags) =>
  Struct.pick(refusals, tags)

/** Of whatever names a communication. */
export const ofCommunication = refusalsOf(
  ...(["UnknownFields", "InvalidToken", "AmbiguousIdentifier", "CommunicationNotFound", "StorageUnavailable"] as const)
)

/** Of whatever names a contact information. */
export const ofContact = refusalsOf("UnknownFields", "InvalidToken", "ContactInformationNotFound", "StorageUnavailable")

/** Of whatever adds a contact information. */
export const ofNewContact = refusalsOf("UnknownFields", "InvalidToken", "StorageUnavailable")

/** Of completing a communication. */
export const ofCompletion = { ...ofCommunication, ...refusalsOf("NotDraft") }

/** Of listing communications. */
export const ofList = { ...ofContact, ...refusalsOf("InvalidQuery", "CommunicationNotFound") }

/** Of logging in. */
export const ofLogIn = refusalsOf("InvalidCredentials", "TooManyAttempts", "StorageUnavailable")

/** Of releasing a token. */
export const ofRelease = refusalsOf("InvalidToken", "StorageUnavailable")

/** Of asking whether requests can be served. */
export const ofReadiness = refusalsOf("StorageUnavailable")
