/** The operations for hosts without Effect: promises of outcomes. */
import { Effect, Fiber, type Layer, ManagedRuntime, Predicate, Redacted, type Schema } from "effect"
import { parseCaller } from "./domain/Caller.ts"
import type { CommunicationEvent } from "./domain/CommunicationEvent.ts"
import type { InvalidCaller, InvalidRequest, UnknownFields } from "./domain/errors/index.ts"
import type { GivenFields, Sparse } from "./domain/FieldsSet.ts"
import { type Operations, operations } from "./operations/index.ts"
import { type Group, type InGroup, inGroups, type MethodOf } from "./operations/Surface.ts"
import type { Ports } from "./ports/index.ts"
import { type Subscription, subscribe } from "./use-cases/Subscribe.ts"

/** The value of an operation, or its error; `_tag` distinguishes the errors. */
export type Outcome<A, E> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly error: E }

/** The value of an outcome; throws its error where there is none. */
export const orThrow = async <A, E>(promised: Promise<Outcome<A, E>>): Promise<A> => {
  const outcome = await promised
  if (outcome.ok) return outcome.value
  throw outcome.error
}

/** On whose behalf: the user of a token, or a user that the host has authenticated, by ids in hexadecimal digits or as UUIDs. */
export type Asking =
  | { readonly token: string; readonly caller?: never }
  | { readonly caller: { readonly organisation: string; readonly user: string }; readonly token?: never }

interface Users {
  readonly authenticated: Asking
  readonly token: { readonly token: string }
  readonly anyone: { readonly address?: string | null }
}

type Failure<Op extends Operations> = Op extends Operations
  ? InvalidRequest | InstanceType<Op["errors"][number]> | AskingFailure<Op["user"]>
  : never
type AskingFailure<User> = User extends "authenticated" ? InvalidCaller | UnknownFields : never

type Request<Op extends Operations> = Users[Op["user"]] & Op["request"]["Encoded"]
type Promised<A, Op extends Operations> = Promise<Outcome<A, Failure<Op>>>

/** With `fields_set` a method returns the named fields, without it all of them. */
interface Reducible<Op extends Operations, Nameable> {
  (request: Request<Op> & { readonly fields_set?: null }): Promised<Op["answer"]["Type"], Op>
  (request: Request<Op> & { readonly fields_set: GivenFields }): Promised<Sparse<Nameable>, Op>
}

type Method<Op extends Operations> = Op extends { readonly user: "authenticated"; readonly nameable?: infer Nameable }
  ? Reducible<Op, NonNullable<Nameable> extends { readonly Type: infer Data } ? Data : never>
  : (request: Request<Op>) => Promised<Op["answer"]["Type"], Op>

/** The methods of all operations, in groups. */
export type Methods = {
  readonly [G in Group]: { readonly [Op in InGroup<G> as MethodOf<Op["name"]>]: Method<Op> }
}

/** A request as a method receives it, whatever the types promised. */
interface Received {
  readonly token?: string
  readonly caller?: { readonly organisation: string; readonly user: string }
  readonly address?: string | null
}

/** A request without the members that are `undefined`, at any depth: as JSON would carry it. */
const asJson = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asJson)
  if (!Predicate.isObject(value)) return value
  const given = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(given.map(([name, member]) => [name, asJson(member)]))
}

const ask = (operation: Operations, request: Received): Effect.Effect<Schema.Json, Failure<Operations>, Ports> => {
  const { caller, address = null } = request
  const given = asJson(request)
  const token = Redacted.make(request.token ?? "")
  if (operation.user !== "authenticated") return operation.ask({ token, address }, given)
  if (caller === undefined) return operation.ask({ token }, given)
  return Effect.flatMap(
    Effect.fromResult(parseCaller(caller)),
    (caller): Effect.Effect<Schema.Json, Failure<Operations>, Ports> => operation.ask({ caller }, given)
  )
}

/**
 * The operations on these ports, for instance those of `layerHost(fromPg(pool))` of `@communications/postgres`. Each
 * promise resolves to an `Outcome`; only a defect rejects it.
 */
export const createCommunications = (ports: Layer.Layer<Ports>) => {
  const runtime = ManagedRuntime.make(ports)

  const methods = inGroups<Methods>(
    operations,
    (operation) => (request: Received) =>
      runtime.runPromise(
        Effect.match(
          Effect.suspend(() => ask(operation, request)),
          {
            onSuccess: (value) => ({ ok: true, value }),
            onFailure: (error) => ({ ok: false, error })
          }
        )
      )
  )

  return {
    ...methods,

    /** Handles events until it is stopped: see `subscribe`. A handler that throws is called again. */
    subscribe: ({
      handler,
      ...subscription
    }: Omit<Subscription, "handler"> & {
      readonly handler: (event: CommunicationEvent) => void | Promise<void>
    }) => {
      const fiber = runtime.runFork(
        subscribe({ ...subscription, handler: (event) => Effect.tryPromise(async () => handler(event)) })
      )
      return { stop: (): Promise<void> => Effect.runPromise(Fiber.interrupt(fiber)) }
    },

    /** Releases the resources of the ports; a handle of the host stays open. */
    dispose: (): Promise<void> => runtime.dispose()
  }
}
