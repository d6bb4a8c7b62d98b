/**
 * The whole life of communications as a small model: what each call must return, and what it changes. The model uses
 * nothing of the software's rules. Ids, numbers and times are the system's to choose: the model takes them from the first
 * response, checks them, and expects the same ones from then on.
 */
import assert from "node:assert/strict"
import { freshId } from "@communications/core/testing"
import type { Code } from "@communications/http"
import { Arbitrary, Schema } from "effect"

/** A call of an operation, by its documented name. */
export interface Call {
  readonly name: string
  readonly token?: string
  readonly request: Readonly<Record<string, unknown>>
  readonly options: { readonly idempotencyKey?: string; readonly expectedVersion?: number | ReadonlyArray<number> }
  readonly request_id: string
  readonly address: string
}

/** The response to a call, from any surface. */
export interface Answer {
  readonly code: Code | "OK"
  readonly data?: unknown
  readonly details?: unknown
  readonly version?: unknown
  readonly replayed?: unknown
  readonly nextAfter?: unknown
}

/** An event, as far as the model knows it. */
export interface ModelEvent {
  readonly communication: string
  readonly version: number
  readonly from: string | null
  readonly to: string
  readonly by: string
  readonly request_id: string | null
}

/** The system under test; the administrator's calls are not part of the API. */
export interface Subject {
  /** The time of its clock, which moves on by a second whenever it is read, so that every time it stores is another. */
  readonly now: () => string
  readonly call: (call: Call) => Promise<Answer>
  readonly addUser: (user: ModelUser) => Promise<void>
  readonly addContact: (organisation: string) => Promise<string>
  readonly changePassword: (user: ModelUser, password: string) => Promise<void>
  readonly disable: (user: ModelUser) => Promise<void>
  readonly enable: (user: ModelUser) => Promise<void>
  /** The events of an organisation, in the order of the log. */
  readonly events: (organisation: string) => Promise<ReadonlyArray<ModelEvent>>
}

/** A user of the model. Its organisation's name is the id of the organisation. */
export interface ModelUser {
  readonly organisation: string
  readonly id: string
  readonly username: string
  password: string
  isEnabled: boolean
  failures: number
}

interface Session {
  readonly user: ModelUser
  readonly token: string
  isOpen: boolean
}

interface Entry {
  readonly from: string | null
  readonly to: string
  readonly at: string
  readonly by: string
  readonly by_username: string
  readonly request_id: string
}

interface Known {
  readonly organisation: string
  readonly contact: string
  readonly data: Record<string, unknown> & { readonly id: string; readonly number: string }
  readonly history: Array<Entry>
}

const index = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4 }))
const key = Schema.NullOr(Schema.Literals(["k1", "k2"]))
const by = Schema.Literals(["id", "id", "number", "unknown"])
const target = { session: index, target: index, by }
const create = Schema.TaggedStruct("create", {
  ...{ session: index, contact: Schema.Literals(["own", "own", "own", "foreign"]), key },
  direction: Schema.Literals(["INCOMING", "OUTGOING"]),
  media: Schema.Literals(["EMAIL", "SMS"]),
  subject: Schema.NullOr(Schema.Literals(["Order"]))
})
const complete = Schema.TaggedStruct("complete", {
  ...{ ...target, key },
  expected: Schema.Literals(["any", "any", "current", "other", "several"])
})
const repeat = Schema.TaggedStruct("repeat", { call: index })
const list = Schema.TaggedStruct("list", {
  ...{ session: index, contact: Schema.NullOr(Schema.Literals(["own", "foreign"])), after: Schema.NullOr(index) },
  state: Schema.NullOr(Schema.Literals(["DRAFT", "COMPLETED"])),
  media: Schema.NullOr(Schema.Literals(["EMAIL"])),
  limit: Schema.Literals([1, 2, 25]),
  offset: Schema.Literals([0, 0, 1])
})
const user = { user: Schema.Literals([0, 1, 2]) }
const command = Schema.Union([
  create,
  complete,
  repeat,
  list,
  Schema.TaggedStruct("view", target),
  Schema.TaggedStruct("show", target),
  Schema.TaggedStruct("logIn", { ...user, password: Schema.Literals(["right", "right", "wrong"]) }),
  Schema.TaggedStruct("release", { session: index }),
  Schema.TaggedStruct("administer", { ...user, action: Schema.Literals(["changePassword", "disable", "enable"]) })
])
type Command = typeof command.Type
type Commands = { readonly [Tag in Command["_tag"]]: Extract<Command, { readonly _tag: Tag }> }

/** Sequences of commands. Each refers to what the commands before it made, by an index. */
export const sequences = Arbitrary.array(Arbitrary.schema(command), { minLength: 10, maxLength: 30 })

/** Every field that the model knows. */
const fields_set =
  "id,number,life_cycle_state,subject,viewed,viewed_on,contact_information.id,direction,media,content,created_at,completed_at,completed_by"

const pick = <A>(all: ReadonlyArray<A>, index: number): A | undefined => all[index % Math.max(1, all.length)]

/** How many calls were made, and how many of them were refused. */
export interface Counts {
  readonly calls: number
  readonly refused: number
}

/** Runs commands on the system and in the model; throws at the first response that differs. */
export const live = async (commands: ReadonlyArray<Command>, subject: Subject): Promise<Counts> => {
  const organisations = [freshId(), freshId()] as const
  const address = `2001:${freshId()
    .slice(0, 12)
    .replaceAll(/(....)/g, "$1:")}:1`
  const newUser = (username: string, organisation: string): ModelUser => ({
    ...{ organisation, username, id: freshId(), password: "first", isEnabled: true, failures: 0 }
  })
  const [here, there] = organisations
  const users = [newUser("ada", here), newUser("bob", here), newUser("eve", there)] as const
  for (const user of users) await subject.addUser(user)
  const contacts = new Map<string, string>()
  for (const organisation of organisations) contacts.set(organisation, await subject.addContact(organisation))
  const sessions: Array<Session> = []
  const known: Array<Known> = []
  const keys = new Map<string, { readonly asked: string; readonly made: Known }>()
  const earlier: Array<() => Promise<void>> = []
  const counts = { calls: 0, refused: 0 }

  /** Makes a call, and fails unless it returns this code; returns the response, and the time of it in seconds. */
  const send = async (call: Omit<Call, "request_id" | "address">, codes: ReadonlyArray<Answer["code"]>) => {
    const request_id = `request-${freshId()}`
    const began = subject.now()
    const answer = await subject.call({ ...call, request_id, address })
    counts.calls++
    if (answer.code !== "OK") counts.refused++
    const ended = subject.now()
    const text = `${call.name} ${JSON.stringify(call.request)} ${JSON.stringify(call.options)}`
    assert.ok(codes.includes(answer.code), `${text} must return ${codes.join(" or ")}, but returned ${answer.code}`)
    /** Fails unless this is a time during the call. */
    const isNow = (time: unknown) =>
      assert.ok(typeof time === "string" && time.slice(0, 19) >= began && time.slice(0, 19) <= ended, `at ${time}`)
    return { answer, request_id, isNow }
  }

  /** An identifier, and the communication that it identifies now: a number is unique only within its organisation. */
  const find = ({ organisation }: ModelUser, { target, by }: { target: number; by: "id" | "number" | "unknown" }) => {
    const named = by === "unknown" ? undefined : pick(known, target)
    const { id, number } = named?.data ?? { id: freshId(), number: undefined }
    const identifier: { readonly id?: string; readonly number?: string } =
      by === "number" && number !== undefined ? { number } : { id }
    const isNamed = ({ data }: Known) => data.id === identifier.id || data.number === identifier.number
    const findNow = () => known.find((one) => one.organisation === organisation && isNamed(one))
    return { identifier, findNow, found: findNow() }
  }
  const invalid: ReadonlyArray<Answer["code"]> = ["INVALID_TOKEN"]
  const versionOf = ({ history }: Known) => history.length
  /** Fails unless a response has the communication as it is now. */
  const expectCurrent = ({ answer }: { readonly answer: Answer }, one: Known, replayed?: true) =>
    assert.deepEqual([answer.data, answer.version, answer.replayed], [one.data, versionOf(one), replayed])

  /** An open session; of the last index, any session. If there is none, one with an unknown token. */
  const sessionOf = (index: number): Session =>
    pick(index === 4 ? sessions : sessions.filter(({ isOpen }) => isOpen), index) ?? {
      ...{ user: users[0], token: freshId(), isOpen: false }
    }

  /** Makes a call that has an effect once for its key, unless it is refused. It can be repeated later as it is. */
  const once = async (
    session: Session,
    key: string | null,
    call: Pick<Call, "name" | "request" | "options">,
    refusalNow: () => Answer["code"] | undefined,
    change: (sent: Awaited<ReturnType<typeof send>>) => Known,
    refused: (answer: Answer) => void = () => {}
  ) => {
    const { user, token, isOpen } = session
    const sent = { ...call, token, options: { ...call.options, ...(key !== null && { idempotencyKey: key }) } }
    earlier.push(() => once(session, key, call, refusalNow, change, refused))
    if (!isOpen) return void (await send(sent, invalid))
    const asked = JSON.stringify(call)
    const used = key === null ? undefined : keys.get(`${user.id} ${key}`)
    if (used !== undefined && used.asked !== asked) return void (await send(sent, ["IDEMPOTENCY_KEY_REUSED"]))
    if (used !== undefined) return expectCurrent(await send(sent, ["OK"]), used.made, true)
    const refusal = refusalNow()
    const got = await send(sent, [refusal ?? "OK"])
    if (refusal !== undefined) return refused(got.answer)
    const made = change(got)
    expectCurrent(got, made)
    if (key !== null) keys.set(`${user.id} ${key}`, { asked, made })
  }

  const perform: { readonly [Tag in keyof Commands]: (command: Commands[Tag]) => Promise<void> } = {
    create: async ({ session: at, contact: whose, key, direction, media, subject }) => {
      const session = sessionOf(at)
      const { user } = session
      const other = organisations.find((one) => (one === user.organisation) === (whose === "own"))
      const contact = contacts.get(String(other)) ?? ""
      const request = { contact_information_identifier: { id: contact }, direction, media, subject, fields_set }
      const refusal = whose === "own" ? undefined : "CONTACT_INFORMATION_NOT_FOUND"
      const call = { name: "communications/create", request, options: {} }
      await once(
        session,
        key,
        call,
        () => refusal,
        (got) => {
          const data = Schema.decodeUnknownSync(
            Schema.Struct({ id: Schema.String, number: Schema.String, created_at: Schema.String })
          )(got.answer.data)
          got.isNow(data.created_at)
          const own = known.filter(({ organisation }) => organisation === user.organisation)
          assert.ok(own.every((one) => one.data.id !== data.id && Number(one.data.number) < Number(data.number)))
          const made: Known = {
            ...{ organisation: user.organisation, contact },
            data: {
              ...{ ...data, life_cycle_state: "DRAFT", subject, viewed: false, viewed_on: null, content: null },
              ...{ contact_information: { id: contact }, direction, media, completed_at: null, completed_by: null }
            },
            history: [entry(null, "DRAFT", data.created_at, user, got.request_id)]
          }
          known.push(made)
          return made
        }
      )
    },
    complete: async ({ session: at, key, expected, ...target }) => {
      const session = sessionOf(at)
      const { found, findNow, identifier } = find(session.user, target)
      const version = found === undefined ? 1 : versionOf(found)
      const versions = { any: undefined, current: version, other: version + 1, several: [version + 7, version] }
      const expectedVersion = versions[expected]
      const request = { communication_identifier: identifier, fields_set }
      const options = expectedVersion === undefined ? {} : { expectedVersion }
      const refusalNow = () => {
        const found = findNow()
        if (found === undefined) return "COMMUNICATION_NOT_FOUND"
        const isExpected = expectedVersion === undefined || [expectedVersion].flat().includes(versionOf(found))
        if (!isExpected) return "STALE_VERSION"
        return found.data.life_cycle_state === "DRAFT" ? undefined : "NOT_DRAFT"
      }
      await once(
        ...([session, key, { name: "communications/complete", request, options }, refusalNow] as const),
        (got) => {
          const one = findNow() ?? assert.fail()
          const { completed_at } = Schema.decodeUnknownSync(Schema.Struct({ completed_at: Schema.String }))(
            got.answer.data
          )
          got.isNow(completed_at)
          Object.assign(one.data, { life_cycle_state: "COMPLETED", completed_at, completed_by: session.user.id })
          one.history.push(entry("DRAFT", "COMPLETED", completed_at, session.user, got.request_id))
          return one
        },
        ({ code, details, version }) => {
          if (code === "STALE_VERSION") assert.equal(version, versionOf(findNow() ?? assert.fail()))
          if (code !== "NOT_DRAFT") return
          const { data, history } = findNow() ?? assert.fail()
          const { completed_at, completed_by } = data
          const request_id = history.at(-1)?.request_id
          assert.deepEqual(details, { life_cycle_state: "COMPLETED", completed_at, completed_by, request_id })
        }
      )
    },
    repeat: async ({ call }) => {
      await pick(earlier, call)?.()
    },
    view: async ({ session: at, ...target }) => {
      const { user, token, isOpen } = sessionOf(at)
      const { found, identifier } = find(user, target)
      const call = {
        name: "communications/view",
        token,
        options: {},
        request: { communication_identifier: identifier, fields_set }
      }
      const got = await send(call, isOpen ? [found === undefined ? "COMMUNICATION_NOT_FOUND" : "OK"] : invalid)
      if (got.answer.code !== "OK" || found === undefined) return
      if (found.data.viewed_on === null) {
        const { viewed_on } = Schema.decodeUnknownSync(Schema.Struct({ viewed_on: Schema.String }))(got.answer.data)
        got.isNow(viewed_on)
        Object.assign(found.data, { viewed: true, viewed_on })
      }
      assert.deepEqual(got.answer.data, found.data)
    },
    show: async ({ session: at, ...target }) => {
      const { user, token, isOpen } = sessionOf(at)
      const { found, identifier } = find(user, target)
      const request = { communication_identifier: identifier, fields_set: `${fields_set},history` }
      const call = { name: "communications/show", token, options: {}, request }
      const { answer } = await send(call, isOpen ? [found === undefined ? "COMMUNICATION_NOT_FOUND" : "OK"] : invalid)
      if (answer.code !== "OK" || found === undefined) return
      assert.deepEqual([answer.data, answer.version], [{ ...found.data, history: found.history }, versionOf(found)])
    },
    list: async ({ session: at, contact: whose, state, media, after, limit, offset }) => {
      const { user, token, isOpen } = sessionOf(at)
      const other = organisations.find((one) => (one === user.organisation) === (whose === "own"))
      const last = after === null ? undefined : pick(known, after)
      const request = {
        ...(whose !== null && { contact_information_identifier: { id: contacts.get(String(other)) } }),
        ...(state !== null && { life_cycle_state: state }),
        ...(media !== null && { media }),
        ...(last !== undefined && { after: last.data.id }),
        ...{ number_of_results: limit, offset, fields_set }
      }
      const own = known.filter(({ organisation }) => organisation === user.organisation)
      const isOwn = last === undefined || own.includes(last)
      const found = (isOwn ? own.slice(0, last && own.indexOf(last)) : [])
        .toReversed()
        .filter(({ data }) => (state ?? data.life_cycle_state) === data.life_cycle_state)
        .filter(({ data, contact }) => (media ?? data.media) === data.media && (whose !== "foreign" || contact === ""))
        .slice(offset)
      const empty = whose === "foreign" ? "CONTACT_INFORMATION_NOT_FOUND" : isOwn ? "OK" : "COMMUNICATION_NOT_FOUND"
      const valid = isOpen ? (found.length === 0 ? empty : "OK") : "INVALID_TOKEN"
      const code = whose === null && state === null ? "INVALID_PARAMETERS" : valid
      const { answer } = await send({ name: "communications/list", token, options: {}, request }, [code])
      if (code !== "OK") return
      const page = found.slice(0, limit)
      const nextAfter = found.length > limit ? page.at(-1)?.data.id : undefined
      assert.deepEqual([answer.data, answer.nextAfter], [page.map(({ data }) => data), nextAfter])
    },
    logIn: async ({ user: at, password: which }) => {
      const user = users[at]
      const { organisation, username } = user
      const password = which === "right" ? user.password : `not ${user.password}`
      const mayLogIn = which === "right" && user.isEnabled
      const limited: ReadonlyArray<Answer["code"]> = user.failures < 5 ? [] : ["TOO_MANY_ATTEMPTS"]
      const call = { name: "authentication/token", request: { organisation, username, password }, options: {} }
      const { answer } = await send(call, [mayLogIn ? "OK" : "INVALID_CREDENTIALS", ...limited])
      if (answer.code !== "OK") return void user.failures++
      const { token } = Schema.decodeUnknownSync(Schema.Struct({ token: Schema.String }))(answer.data)
      sessions.push({ user, token, isOpen: true })
    },
    release: async ({ session: at }) => {
      const session = sessionOf(at)
      const { token, isOpen } = session
      await send({ name: "authentication/token/release", token, request: {}, options: {} }, isOpen ? ["OK"] : invalid)
      session.isOpen = false
    },
    administer: async ({ user: at, action }) => {
      const user = users[at]
      if (action === "changePassword") {
        user.password = `password ${freshId()}`
        await subject.changePassword(user, user.password)
      } else {
        user.isEnabled = action === "enable"
        await subject[action](user)
      }
      if (action === "enable") return
      for (const session of sessions) if (session.user === user) session.isOpen = false
    }
  }
  const entry = (from: string | null, to: string, at: string, user: ModelUser, request_id: string): Entry => ({
    ...{ from, to, at: at.replace("Z", ""), by: user.id, by_username: user.username, request_id }
  })

  const run = <Tag extends keyof Commands>(tag: Tag, command: Commands[Tag]) => perform[tag](command)

  for (const user of [0, 1, 2] as const) await perform.logIn({ _tag: "logIn", user, password: "right" })
  for (const command of commands) await run(command._tag, command)

  for (const organisation of organisations) {
    const events = await subject.events(organisation)
    const expected = known
      .filter((one) => one.organisation === organisation)
      .flatMap(({ data, history }) =>
        history.map(({ at: _, by_username: __, ...entry }, index) => ({
          communication: data.id,
          version: index + 1,
          ...entry
        }))
      )
    const byCommunication = (all: ReadonlyArray<ModelEvent>) => Map.groupBy(all, ({ communication }) => communication)
    assert.deepEqual(byCommunication(events), byCommunication(expected), "the events of an organisation")
  }
  return counts
}
