/** The use cases for hosts that do not speak Effect: promises of outcomes. */
import { Effect, Fiber, type Layer, ManagedRuntime, Redacted, Schema } from "effect"
import { parseCaller } from "./domain/Caller.ts"
import type { CommunicationCompleted } from "./domain/CommunicationCompleted.ts"
import { toData, toDetails, toTransitionData } from "./domain/CommunicationData.ts"
import type { GivenQuery } from "./domain/CommunicationsQuery.ts"
import { type GivenIdentifier, type InvalidCaller, InvalidContactInformation, InvalidDraft } from "./domain/Errors.ts"
import { parseContactFieldsSet, parseDetailsFieldsSet, parseFieldsSet, project } from "./domain/FieldsSet.ts"
import { NewContactInformation } from "./domain/NewContactInformation.ts"
import { NewDraft } from "./domain/NewDraft.ts"
import type { Accounts } from "./ports/Accounts.ts"
import type { Attempts } from "./ports/Attempts.ts"
import type { Communications } from "./ports/Communications.ts"
import type { ContactInformations } from "./ports/ContactInformations.ts"
import type { Events } from "./ports/Events.ts"
import type { Sessions } from "./ports/Sessions.ts"
import type { Authentication } from "./use-cases/Authentication.ts"
import { completeCommunication } from "./use-cases/CompleteCommunication.ts"
import { createCommunication } from "./use-cases/CreateCommunication.ts"
import { createContactInformation } from "./use-cases/CreateContactInformation.ts"
import { listCommunications } from "./use-cases/ListCommunications.ts"
import { logIn } from "./use-cases/LogIn.ts"
import { releaseToken } from "./use-cases/ReleaseToken.ts"
import { showCommunication, showHistory } from "./use-cases/ShowCommunication.ts"
import { showContactInformation } from "./use-cases/ShowContactInformation.ts"
import { type Subscription, subscribe } from "./use-cases/Subscribe.ts"
import { viewCommunication } from "./use-cases/ViewCommunication.ts"

/** Every port that a use case needs. */
export type Ports = Accounts | Attempts | Communications | ContactInformations | Events | Sessions

/** What came of it: the value, or the error, told apart by its `_tag`. */
export type Outcome<A, E> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly error: E }

/** The value of an outcome; throws its error where there is none. */
export const orThrow = async <A, E>(promised: Promise<Outcome<A, E>>): Promise<A> => {
  const outcome = await promised
  if (outcome.ok) return outcome.value
  throw outcome.error
}

/** Who asks: whoever a token stands for, or a user whom the host has authenticated already. */
export type Asking =
  | { readonly token: string; readonly caller?: never }
  | { readonly caller: { readonly organisation: string; readonly user: string }; readonly token?: never }

type GivenFields = Parameters<typeof parseFieldsSet>[0]

/** Which communication. */
export interface Named {
  readonly identifier: GivenIdentifier
}

/** Answers all fields as what they are, or those that `fieldsSet` names. */
interface Answering<Request, Data, E> {
  (request: Asking & Request & { readonly fieldsSet?: undefined }): Promise<Outcome<Data, E>>
  (request: Asking & Request & { readonly fieldsSet: GivenFields }): Promise<Outcome<Schema.JsonObject, E>>
}

const authenticationOf = Effect.fnUntraced(function* ({
  token,
  caller
}: Asking): Effect.fn.Return<Authentication, InvalidCaller> {
  return caller === undefined
    ? { token: Redacted.make(token) }
    : { caller: yield* Effect.fromResult(parseCaller(caller)) }
})

const decodeContact = Schema.decodeUnknownEffect(NewContactInformation)
const decodeDraft = Schema.decodeUnknownEffect(NewDraft)

/**
 * The use cases on these ports: those of an adapter, such as `layerHost(fromPg(pool))` of `@communications/postgres`. Each
 * promise resolves to an `Outcome`, and is rejected only by a defect.
 */
export const createCommunications = (ports: Layer.Layer<Ports>) => {
  const runtime = ManagedRuntime.make(ports)

  const run = <A, E>(effect: Effect.Effect<A, E, Ports>): Promise<Outcome<A, E>> =>
    runtime.runPromise(
      Effect.match(effect, {
        onSuccess: (value): Outcome<A, E> => ({ ok: true, value }),
        onFailure: (error): Outcome<A, E> => ({ ok: false, error })
      })
    )

  const answering = <Request, Data extends Schema.JsonObject, E>(
    parse: typeof parseFieldsSet,
    ask: (authentication: Authentication, request: Asking & Request) => Effect.Effect<Data, E, Ports>
  ) => {
    const answer = (request: Asking & Request, given: GivenFields) =>
      Effect.gen(function* () {
        const fields = yield* Effect.fromResult(parse(given))
        const data = yield* ask(yield* authenticationOf(request), request)
        return { data, projected: project(data, fields) }
      })
    type Failure = Effect.Error<ReturnType<typeof answer>>
    function answered(request: Asking & Request & { readonly fieldsSet?: undefined }): Promise<Outcome<Data, Failure>>
    function answered(
      request: Asking & Request & { readonly fieldsSet: GivenFields }
    ): Promise<Outcome<Schema.JsonObject, Failure>>
    function answered(request: Asking & Request & { readonly fieldsSet?: GivenFields }) {
      const { fieldsSet } = request
      const showing = answer(request, fieldsSet)
      return fieldsSet === undefined
        ? run(Effect.map(showing, ({ data }) => data))
        : run(Effect.map(showing, ({ projected }) => projected))
    }
    const result: Answering<Request, Data, Failure> = answered
    return result
  }

  return {
    /** Completes a draft: see `completeCommunication`. */
    complete: answering(parseFieldsSet, (authentication, { identifier }: Asking & Named) =>
      Effect.map(completeCommunication({ ...authentication, identifier }), toData)
    ),

    /** Drafts a communication: see `createCommunication`. */
    create: answering(parseDetailsFieldsSet, (authentication, given: Asking & NewDraft) =>
      Effect.gen(function* () {
        const draft = yield* decodeDraft(given).pipe(
          Effect.mapError(({ message }) => new InvalidDraft({ reason: message }))
        )
        return toDetails(yield* createCommunication({ ...authentication, ...draft }))
      })
    ),

    /** The communication that is named: see `showCommunication`. */
    show: answering(parseDetailsFieldsSet, (authentication, { identifier }: Asking & Named) =>
      Effect.map(showCommunication({ ...authentication, identifier }), toDetails)
    ),

    /** Marks a communication as viewed: see `viewCommunication`. */
    view: answering(parseDetailsFieldsSet, (authentication, { identifier }: Asking & Named) =>
      Effect.map(viewCommunication({ ...authentication, identifier }), toDetails)
    ),

    /** The contact information that is named: see `showContactInformation`. */
    showContactInformation: answering(
      parseContactFieldsSet,
      (authentication, { id }: Asking & { readonly id: string }) => showContactInformation({ ...authentication, id })
    ),

    /** Stores a contact, of which what is unset may be left out: see `createContactInformation`. */
    createContactInformation: answering(
      parseContactFieldsSet,
      (authentication, given: Asking & { readonly contact_information: typeof NewContactInformation.Encoded }) =>
        Effect.gen(function* () {
          const contact_information = yield* decodeContact(given.contact_information).pipe(
            Effect.mapError(({ message }) => new InvalidContactInformation({ reason: message }))
          )
          return yield* createContactInformation({ ...authentication, contact_information })
        })
    ),

    /** The steps that a communication took, oldest first: see `showHistory`. */
    history: (request: Asking & Named) =>
      run(
        Effect.gen(function* () {
          const authentication = yield* authenticationOf(request)
          const { history } = yield* showHistory({ ...authentication, identifier: request.identifier })
          return history.map(toTransitionData)
        })
      ),

    /** The communications that are asked for, newest first: see `listCommunications`. */
    list: (request: Asking & GivenQuery) =>
      run(
        Effect.gen(function* () {
          const { token, caller, ...query } = request
          const found = yield* listCommunications({ ...query, ...(yield* authenticationOf(request)) })
          return found.map(toDetails)
        })
      ),

    /** Opens a session, and gives its token: see `logIn`. */
    logIn: (request: {
      readonly organisation: string
      readonly username: string
      readonly password: string
      readonly address?: string | null
    }) =>
      run(
        Effect.map(
          logIn({ ...request, password: Redacted.make(request.password), address: request.address ?? null }),
          Redacted.value
        )
      ),

    /** Ends the session of a token: see `releaseToken`. */
    releaseToken: (request: { readonly token: string }) => run(releaseToken({ token: Redacted.make(request.token) })),

    /** Handles what happens, until it is stopped: see `subscribe`. A handler fails by throwing, and is asked again. */
    subscribe: ({
      handler,
      ...subscription
    }: Omit<Subscription, "handler"> & {
      readonly handler: (event: CommunicationCompleted) => void | Promise<void>
    }) => {
      const fiber = runtime.runFork(
        subscribe({ ...subscription, handler: (event) => Effect.tryPromise(async () => handler(event)) })
      )
      return { stop: (): Promise<void> => Effect.runPromise(Fiber.interrupt(fiber)) }
    },

    /** Ends what the ports hold: nothing where they are on a handle of the host's, which stays open. */
    dispose: (): Promise<void> => runtime.dispose()
  }
}
