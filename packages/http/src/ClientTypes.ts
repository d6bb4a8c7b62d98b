/** What the methods of a client take and give, read off the definition of the API. */
import type { Schema } from "effect"
import type { CommunicationsApi } from "./CommunicationsApi.ts"

type Groups = (typeof CommunicationsApi)["groups"]
type EndpointsOf<Group extends keyof Groups> = Groups[Group]["endpoints"]

/** Any endpoint of the API. */
export type Endpoint = { [Group in keyof Groups]: EndpointsOf<Group>[keyof EndpointsOf<Group>] }[keyof Groups]

/** The endpoint at a path. */
export type At<Path extends Endpoint["path"]> = Extract<Endpoint, { readonly path: Path }>

type WithoutToken<Given> = Given extends unknown ? Omit<Given, "token"> : never

/** What is given to a method: its parameters but the token, an identifier in a query as `{ id }` or `{ number }`. */
type Request<E extends Endpoint> = [E["~Payload"]] extends [never]
  ? [E["~Query"]] extends [never]
    ? object
    : WithoutToken<E["~Query"]["Type"]>
  : E["~Payload"] extends Schema.toCodecJson<infer Payload>
    ? WithoutToken<Payload["Encoded"]>
    : never

type Answered<E extends Endpoint> = E["~Success"]["Type"]["data"]

/** Of all fields or some fields: all. */
type All<Data> =
  Data extends ReadonlyArray<infer Element>
    ? ReadonlyArray<All<Element>>
    : Data extends unknown
      ? Partial<Data> extends Data
        ? never
        : Data
      : never

/** Of all fields or some fields: some. */
type Some<Data> =
  Data extends ReadonlyArray<infer Element>
    ? ReadonlyArray<Some<Element>>
    : Data extends unknown
      ? Partial<Data> extends Data
        ? Data
        : never
      : never

interface Reducible<E extends Endpoint> {
  (request: Request<E> & { readonly fields_set?: null }): Promise<All<Answered<E>>>
  (request: Request<E> & { readonly fields_set: string | ReadonlyArray<string> }): Promise<Some<Answered<E>>>
}

/** A method: with `fields_set` it answers some fields, without it all of them. */
export type Method<E extends Endpoint> = "fields_set" extends keyof Request<E>
  ? Reducible<E>
  : Partial<Request<E>> extends Request<E>
    ? (request?: Request<E>) => Promise<Answered<E>>
    : (request: Request<E>) => Promise<Answered<E>>

/** A client: the groups of the API, and in each its methods. */
export type Client = {
  readonly [Group in keyof Groups]: {
    readonly [Name in keyof EndpointsOf<Group>]: EndpointsOf<Group>[Name] extends infer E extends Endpoint
      ? Method<E>
      : never
  }
}
