/** The systems that are compared with the model: the library and HTTP, on any ports. */
import {
  Accounts,
  ContactInformations,
  changePassword,
  createCommunications,
  disableUser,
  Events,
  Name,
  OrganisationId,
  type Outcome,
  type Ports,
  UserId
} from "@communications/core"
import { aPerson, freshId } from "@communications/core/testing"
import { codeOfError, pathOf, responseHeaders, TrustedProxies, verbOf } from "@communications/http"
import { Clock, Context, Duration, Effect, Layer, Predicate, Redacted, Semaphore } from "effect"
import type { Answer, ModelEvent, ModelUser, Subject } from "./LifeModel.ts"
import { listening } from "./listening.ts"
import { readOn } from "./readOn.ts"

/** The part of a system that no surface has: the administrator's calls and the log. */
const administration = Effect.gen(function* () {
  const context = yield* Effect.context<Ports>()
  const [accounts, contacts, events] = [yield* Accounts, yield* ContactInformations, yield* Events]
  const run = Effect.runPromiseWith(context)
  const names = ({ organisation, username }: ModelUser) =>
    [OrganisationId.make(organisation), Name.make(username)] as const

  const reader = { subscription: `life ${freshId()}`, holder: freshId(), lease: Duration.hours(1) }
  yield* events.open(reader.subscription, "beginning")
  const turn = yield* Semaphore.make(1)
  const read: Array<ModelEvent & { readonly organisation: string }> = []
  const readNew = Effect.map(readOn(reader), (found) => {
    for (const { organisation, communication, version, from, to, by, request_id } of found)
      read.push({ organisation, communication, version, from, to, by, request_id })
  })

  const administered: Omit<Subject, "call" | "now"> = {
    addUser: (user) => {
      const [organisation, username] = names(user)
      const adding = accounts.addOrganisation(organisation, Name.make(organisation)).pipe(
        Effect.catchTag("OrganisationExists", () => Effect.void),
        Effect.andThen(
          accounts.addUser({ organisation, user: UserId.make(user.id) }, username, Redacted.make(user.password))
        )
      )
      return run(adding)
    },
    addContact: (organisation) => {
      const person = aPerson()
      return run(Effect.as(contacts.add(OrganisationId.make(organisation), person), person.id))
    },
    changePassword: (user, password) => run(Effect.asVoid(changePassword(...names(user), Redacted.make(password)))),
    disable: (user) => run(Effect.asVoid(disableUser(...names(user)))),
    enable: (user) => run(Effect.asVoid(accounts.enable(...names(user)))),
    events: async (organisation) => {
      await run(turn.withPermit(readNew))
      return read.filter((event) => event.organisation === organisation).map(({ organisation: _, ...event }) => event)
    }
  }
  return administered
})

type Failed = Pick<Answer, "version"> & { readonly _tag: keyof typeof codeOfError; readonly completed_at?: unknown }

/** The methods of `createCommunications`. */
const library = (ports: Context.Context<Ports>): Subject["call"] => {
  const api = createCommunications(Layer.succeedContext(ports))
  return async ({ name, token, request, options, request_id, address }) => {
    const parts = name.split("/")
    const method: (request: object, options: object) => Promise<Outcome<unknown, Failed, Omit<Answer, "code">>> =
      Reflect.get(Reflect.get(api, String(parts[0])), String(parts.at(-1)))
    const identified = token === undefined ? { ...request, address } : { ...request, token }
    const outcome = await method(identified, { ...options, request_id })
    if (outcome.ok) {
      const { value: data, version, replayed, nextAfter } = outcome
      return { code: "OK", data, version, replayed, nextAfter }
    }
    const { _tag, version } = outcome.error
    const members = ["life_cycle_state", "completed_at", "completed_by", "request_id"]
    const details = Object.fromEntries(members.map((member) => [member, Reflect.get(outcome.error, member)]))
    return { code: codeOfError[_tag], version, ...(_tag === "NotDraft" && { details }) }
  }
}

const textOf = (value: unknown): string =>
  Predicate.isObject(value)
    ? Object.entries(value)
        .map(([key, inner]) => `${key}=${inner}`)
        .join()
    : String(value)

interface Envelope extends Pick<Answer, "data" | "details"> {
  readonly status: Pick<Answer, "code">
}

/** The API over HTTP, behind a proxy that names the client's address. */
const overHttp = Effect.fnUntraced(function* (ports: Context.Context<Ports>) {
  const behindProxy = Layer.succeedContext(Context.add(ports, TrustedProxies, 1))
  const { port } = yield* Effect.acquireRelease(
    Effect.promise(() => listening(behindProxy)),
    ({ close }) => Effect.promise(close)
  )
  const call: Subject["call"] = async ({ name, token, request, options, request_id, address }) => {
    const headers = new Headers({ "x-request-id": request_id, "x-forwarded-for": address })
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`)
    const { idempotencyKey, expectedVersion } = options
    if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey)
    if (expectedVersion !== undefined) {
      headers.set(
        "if-match",
        [expectedVersion]
          .flat()
          .map((version) => `"${version}"`)
          .join(", ")
      )
    }
    const url = new URL(pathOf(name), `http://127.0.0.1:${port}`)
    const isGet = verbOf(name) === "GET"
    if (isGet) for (const [name, value] of Object.entries(request)) url.searchParams.set(name, textOf(value))
    else headers.set("content-type", "application/json")
    const response = await fetch(url, isGet ? { headers } : { method: "POST", headers, body: JSON.stringify(request) })
    const { status, data, details }: Envelope = JSON.parse(await response.text())
    const header = ({ header, read }: (typeof responseHeaders)[keyof typeof responseHeaders]) => {
      const text = response.headers.get(header)
      return text === null ? undefined : read(text)
    }
    const { version, replayed, nextAfter } = responseHeaders
    const metadata = { version: header(version), replayed: header(replayed), nextAfter: header(nextAfter) }
    return { code: status.code, data, details, ...metadata }
  }
  return call
})

/** A clock that moves on by a second whenever it is read. */
const tickingClock = () => {
  const real = Effect.runSync(Clock.Clock)
  let time = Date.now()
  const millis = () => {
    time += 1_000
    return time
  }
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: () => BigInt(millis()) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(millis()) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    sleep: (duration) => real.sleep(duration)
  }
  return { clock, now: () => new Date(time).toISOString().slice(0, 19) }
}

/** A system on ports, through one of the two surfaces, until the scope closes. */
export const subjectOn = Effect.fnUntraced(function* <E>(surface: "library" | "HTTP", ports: Layer.Layer<Ports, E>) {
  const context = yield* Layer.build(ports)
  const administered = yield* Effect.provide(administration, context)
  const { clock, now } = tickingClock()
  const ticking = Context.add(context, Clock.Clock, clock)
  const call = surface === "HTTP" ? yield* overHttp(ticking) : library(ticking)
  return { ...administered, call, now }
})
