/** The operations for hosts without Effect: each method returns a promise of an `Outcome`. */
import { Effect, type Layer, Predicate, Redacted, Schema } from "effect"
import { type CallOptions, callOptionNames, checkCallOptions, withCallOptions } from "./CallOptions.ts"
import { parseCaller } from "./domain/Caller.ts"
import {
  type InvalidCaller,
  type InvalidRequest,
  StorageUnavailable,
  type UnknownFields
} from "./domain/errors/index.ts"
import { type FieldsInput, type Sparse, unknownMembers } from "./domain/FieldsSet.ts"
import { type Operations, operations } from "./operations/index.ts"
import type { Returned } from "./operations/Operation.ts"
import {
  type Group,
  type InGroup,
  inGroups,
  type MetadataOf,
  type MethodOf,
  type OptionsOf
} from "./operations/Surface.ts"
import { makePortsRuntime } from "./PortsRuntime.ts"
import type { Ports } from "./ports/index.ts"
import { asError, withCallerStack } from "./Rejections.ts"
import { RequestId } from "./use-cases/Authentication.ts"
import {
  type PromiseSubscription,
  type RunningSubscription,
  startSubscription
} from "./use-cases/PromiseSubscription.ts"

/** The result of a method: its value with the metadata beside it, or its error, which `_tag` identifies. */
export type Outcome<A, E, Metadata = unknown> =
  | ({ readonly ok: true; readonly value: A } & Metadata)
  | { readonly ok: false; readonly error: E }

/** Returns the value of an outcome, or throws its error, whose stack then includes the lines of the caller. */
export const orThrow = async <A, E>(promised: Promise<Outcome<A, E>>): Promise<A> => {
  const outcome = await promised
  if (outcome.ok) return outcome.value
  throw withCallerStack(outcome.error)
}

/** Identifies the user: by a session token, or as a caller that the host has authenticated. Ids may be UUIDs. */
export type Asking =
  | { readonly token: string; readonly caller?: never }
  | { readonly caller: { readonly organisation: string; readonly user: string }; readonly token?: never }

/** The parameters that identify the user of an operation. */
export interface UserParameters {
  readonly authenticated: Asking
  readonly token: { readonly token: string }
  readonly anyone: { readonly address?: string | null }
}

/** The errors of a method. */
export type MethodFailure<Op extends Operations> = Op extends Operations
  ?
      | InvalidRequest
      | InstanceType<Op["errors"][number]>
      | (Op["user"] extends "authenticated" ? InvalidCaller | UnknownFields : never)
  : never

/** The parameters of a method, without `fields_set`. */
export type MethodRequest<Op extends Operations> = UserParameters[Op["user"]] & Op["request"]["Encoded"]

/** The options of a method. */
export type MethodOptions<Op extends Operations> = CallOptions & OptionsOf<Op>

/** What a method returns. */
export type PromisedOutcome<A, Op extends Operations> = Promise<Outcome<A, MethodFailure<Op>, MetadataOf<Op>>>

/** With `fields_set` a method returns the named fields, without it all of them. */
export interface MethodWithFieldsSet<Op extends Operations, Nameable> {
  (
    request: MethodRequest<Op> & { readonly fields_set?: null },
    options?: MethodOptions<Op>
  ): PromisedOutcome<Op["result"]["Type"], Op>
  (
    request: MethodRequest<Op> & { readonly fields_set: FieldsInput },
    options?: MethodOptions<Op>
  ): PromisedOutcome<Sparse<Nameable>, Op>
}

/** The method of an operation. */
export type Method<Op extends Operations> = Op extends {
  readonly user: "authenticated"
  readonly nameable?: infer Nameable
}
  ? MethodWithFieldsSet<Op, NonNullable<Nameable> extends { readonly Type: infer Data } ? Data : never>
  : (request: MethodRequest<Op>, options?: MethodOptions<Op>) => PromisedOutcome<Op["result"]["Type"], Op>

/** The methods of all operations, in groups. */
export type Methods = {
  readonly [G in Group]: { readonly [Op in InGroup<G> as MethodOf<Op["name"]>]: Method<Op> }
}

/** The operations for hosts without Effect, as `createCommunications` makes them. */
export interface CommunicationsApi extends Methods {
  /**
   * Calls the handler for each event, until `stop` or `dispose` is called. If the handler fails too often, its event is
   * parked. Throws if an option is invalid.
   */
  readonly subscribe: (subscription: PromiseSubscription) => RunningSubscription
  /**
   * Stops all subscriptions, ends the running calls and releases the resources of the ports. A handle that the host passed
   * in stays open. From then on every method rejects, and `subscribe` throws.
   */
  readonly dispose: () => Promise<void>
}

/** A request before it is checked; without TypeScript a caller can pass anything. */
interface UncheckedRequest {
  readonly token?: string
  readonly caller?: { readonly organisation: string; readonly user: string }
  readonly address?: string | null
}

/** Removes members that are `undefined`, at any depth, because JSON cannot carry them. No request has objects in an array. */
const asJson = (value: unknown): unknown => {
  if (!Predicate.isObject(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([name, member]) => [name, asJson(member)]))
}

type Returning = Effect.Effect<Returned<Schema.Json, unknown>, MethodFailure<Operations>, Ports>

const run = (operation: Operations, request: UncheckedRequest, options: CallOptions): Returning => {
  const { caller, address = null } = request
  const json = asJson(request)
  const token = Redacted.make(request.token ?? "")
  if (operation.user !== "authenticated") return operation.call({ token, address }, json, options)
  if (caller === undefined) return operation.call({ token }, json, options)
  return Effect.flatMap(
    Effect.fromResult(parseCaller(caller)),
    (caller): Returning => operation.call({ caller }, json, options)
  )
}

/**
 * Makes the operations on these ports, for example on `layerHost(fromPg(pool))` of `@communications/postgres`. Each
 * promise resolves to an `Outcome`; it rejects for a defect, for invalid options, and if its signal is aborted.
 */
export const createCommunications = (ports: Layer.Layer<Ports>): CommunicationsApi => {
  const runtime = makePortsRuntime(ports)

  const methods = inGroups<Methods>(operations, (operation) => {
    const unknownIn = unknownMembers(operation.options ?? Schema.Struct({}), callOptionNames)
    return async (request: UncheckedRequest, options: CallOptions = {}) => {
      const [unknown] = unknownIn(options)
      if (unknown !== undefined) throw new TypeError(`${operation.name} has no option ${unknown}`)
      checkCallOptions(options)
      const call: Effect.Effect<Outcome<Schema.Json, MethodFailure<Operations>>, never, Ports> = Effect.match(
        Effect.provideService(
          Effect.suspend(() => run(operation, request, options)),
          RequestId,
          options.request_id ?? null
        ),
        { onSuccess: (returned) => ({ ok: true, ...returned }), onFailure: (error) => ({ ok: false, error }) }
      )
      const timedOut = () =>
        ({ ok: false, error: new StorageUnavailable({ operation: operation.name, reason: "timeout" }) }) as const
      try {
        return await runtime.runPromise(withCallOptions(call, options, timedOut))
      } catch (defect) {
        const { signal } = options
        throw signal?.aborted && defect === signal.reason ? defect : asError(defect)
      }
    }
  })

  return {
    ...methods,
    subscribe: (subscription) => startSubscription(runtime, subscription),
    dispose: runtime.dispose
  }
}
