/** The operations for hosts without Effect: each method returns a promise of an `Outcome`. */
import { Deferred, Duration, Effect, Fiber, type Layer, ManagedRuntime, Predicate, Redacted, Schema } from "effect"
import { type CallOptions, checkCallOptions, withCallOptions } from "./CallOptions.ts"
import { parseCaller } from "./domain/Caller.ts"
import {
  type InvalidCaller,
  type InvalidRequest,
  StorageUnavailable,
  type UnknownFields
} from "./domain/errors/index.ts"
import type { FieldsInput, Sparse } from "./domain/FieldsSet.ts"
import { EventId, hexOf } from "./domain/Identity.ts"
import { type Operations, operations } from "./operations/index.ts"
import { type Group, type InGroup, inGroups, type MethodOf } from "./operations/Surface.ts"
import { Events, type Ports } from "./ports/index.ts"
import { RequestId } from "./use-cases/Authentication.ts"
import { checkDuration, checkSubscription } from "./use-cases/CheckSubscription.ts"
import {
  fromPromiseSubscription,
  type PromiseSubscription,
  type RunningSubscription
} from "./use-cases/PromiseSubscription.ts"
import { runSubscription } from "./use-cases/RunSubscription.ts"

const isEventId = Schema.is(EventId)

/** The result of a method: its value, or its error, which `_tag` identifies. */
export type Outcome<A, E> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly error: E }

/** Returns the value of an outcome, or throws its error. */
export const orThrow = async <A, E>(promised: Promise<Outcome<A, E>>): Promise<A> => {
  const outcome = await promised
  if (outcome.ok) return outcome.value
  throw outcome.error
}

/** Identifies the user: by a session token, or as a caller that the host has authenticated. Ids may be UUIDs. */
export type Asking =
  | { readonly token: string; readonly caller?: never }
  | { readonly caller: { readonly organisation: string; readonly user: string }; readonly token?: never }

/** The parameters that identify the user of an operation. */
interface UserParameters {
  readonly authenticated: Asking
  readonly token: { readonly token: string }
  readonly anyone: { readonly address?: string | null }
}

type Failure<Op extends Operations> = Op extends Operations
  ? InvalidRequest | InstanceType<Op["errors"][number]> | CallerFailure<Op["user"]>
  : never
type CallerFailure<User> = User extends "authenticated" ? InvalidCaller | UnknownFields : never

type Request<Op extends Operations> = UserParameters[Op["user"]] & Op["request"]["Encoded"]
type PromisedOutcome<A, Op extends Operations> = Promise<Outcome<A, Failure<Op>>>

/** With `fields_set` a method returns the named fields, without it all of them. */
interface MethodWithFields<Op extends Operations, Nameable> {
  (
    request: Request<Op> & { readonly fields_set?: null },
    options?: CallOptions
  ): PromisedOutcome<Op["answer"]["Type"], Op>
  (
    request: Request<Op> & { readonly fields_set: FieldsInput },
    options?: CallOptions
  ): PromisedOutcome<Sparse<Nameable>, Op>
}

type Method<Op extends Operations> = Op extends { readonly user: "authenticated"; readonly nameable?: infer Nameable }
  ? MethodWithFields<Op, NonNullable<Nameable> extends { readonly Type: infer Data } ? Data : never>
  : (request: Request<Op>, options?: CallOptions) => PromisedOutcome<Op["answer"]["Type"], Op>

/** The methods of all operations, in groups. */
export type Methods = {
  readonly [G in Group]: { readonly [Op in InGroup<G> as MethodOf<Op["name"]>]: Method<Op> }
}

/** A request before it is checked; without TypeScript a caller can pass anything. */
interface UncheckedRequest {
  readonly token?: string
  readonly caller?: { readonly organisation: string; readonly user: string }
  readonly address?: string | null
}

/** Removes members that are `undefined`, at any depth, because JSON cannot carry them. */
const asJson = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asJson)
  if (!Predicate.isObject(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, asJson(member)]))
}

const run = (
  operation: Operations,
  request: UncheckedRequest
): Effect.Effect<Schema.Json, Failure<Operations>, Ports> => {
  const { caller, address = null } = request
  const json = asJson(request)
  const token = Redacted.make(request.token ?? "")
  if (operation.user !== "authenticated") return operation.call({ token, address }, json)
  if (caller === undefined) return operation.call({ token }, json)
  return Effect.flatMap(
    Effect.fromResult(parseCaller(caller)),
    (caller): Effect.Effect<Schema.Json, Failure<Operations>, Ports> => operation.call({ caller }, json)
  )
}

/**
 * Makes the operations on these ports, for example on `layerHost(fromPg(pool))` of `@communications/postgres`. Each
 * promise resolves to an `Outcome`; only a defect rejects it.
 */
export const createCommunications = (ports: Layer.Layer<Ports>) => {
  const runtime = ManagedRuntime.make(ports)

  const methods = inGroups<Methods>(
    operations,
    (operation) =>
      async (request: UncheckedRequest, options: CallOptions = {}) => {
        checkCallOptions(options)
        const call: Effect.Effect<Outcome<Schema.Json, Failure<Operations>>, never, Ports> = Effect.match(
          Effect.provideService(
            Effect.suspend(() => run(operation, request)),
            RequestId,
            options.request_id ?? null
          ),
          { onSuccess: (value) => ({ ok: true, value }), onFailure: (error) => ({ ok: false, error }) }
        )
        const timedOut = () =>
          ({ ok: false, error: new StorageUnavailable({ operation: operation.name, reason: "timeout" }) }) as const
        return runtime.runPromise(withCallOptions(call, options, timedOut))
      }
  )

  return {
    ...methods,

    /** Calls the handler for each event until `stop` is called; see `subscribe`. A handler that throws is retried. */
    subscribe: (subscription: PromiseSubscription): RunningSubscription => {
      const stopping = Deferred.makeUnsafe<Duration.Duration>()
      const checked = checkSubscription(fromPromiseSubscription(subscription))
      const fiber = runtime.runFork(runSubscription(checked, stopping))
      const change = async (method: "retry" | "discard", event: string) => {
        const id = hexOf(event)
        if (!isEventId(id)) return false
        return runtime.runPromise(Effect.flatMap(Events, (events) => events[method](checked.subscription, id)))
      }
      return {
        parked: () => runtime.runPromise(Effect.flatMap(Events, (events) => events.parked(checked.subscription))),
        retry: (event) => change("retry", event),
        discard: (event) => change("discard", event),
        stop: async ({ within = "10 seconds" } = {}) => {
          Deferred.doneUnsafe(stopping, Effect.succeed(checkDuration("within", within, Duration.zero)))
          await Effect.runPromise(Fiber.await(fiber))
        }
      }
    },

    /** Releases the resources of the ports. A handle that the host passed in stays open. */
    dispose: (): Promise<void> => runtime.dispose()
  }
}
