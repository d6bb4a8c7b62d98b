import { EventId, Events, hexOf, mostBacklogs } from "@communications/core"
import { Console, Effect, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { commandLine } from "../commandLine.ts"
import { CommandFailure } from "./CommandFailure.ts"
import { onDatabase, quoted } from "./OnDatabase.ts"

const subscriptionFlag = Flag.String("subscription").pipe(
  Flag.withMetavar("NAME"),
  Flag.withDescription("The name of the subscription (required)")
)

const eventFlag = Flag.String("event").pipe(Flag.withMetavar("ID"))

/** Fails if the subscription has never run: its name may be misspelt. */
const checkExists = Effect.fnUntraced(function* (subscription: string) {
  const names = (yield* (yield* Events).backlogs).map(({ subscription }) => subscription)
  if (names.includes(subscription) || names.length === mostBacklogs) return
  const known = names.length === 0 ? "none has run yet" : `those that exist are ${names.map(quoted).join(", ")}`
  return yield* new CommandFailure({ message: `There is no subscription ${quoted(subscription)}: ${known}.` })
})

const parked = Command.make("parked", { subscription: subscriptionFlag }, ({ subscription }) =>
  Effect.gen(function* () {
    const events = yield* (yield* Events).parked(subscription)
    if (events.length === 0) yield* checkExists(subscription)
    for (const { event, error, attempts, parked_at } of events) {
      const { id, organisation, number, from, to } = event
      yield* Console.log(JSON.stringify({ id, organisation, number, from, to, attempts, parked_at, error }))
    }
    yield* Console.error(
      `${events.length} parked ${events.length === 1 ? "event" : "events"} of ${quoted(subscription)}.`
    )
  }).pipe(onDatabase)
).pipe(
  Command.withShortDescription("List the parked events of a subscription"),
  Command.withDescription(
    "Lists the events that a subscription has parked because its handler failed too often, one JSON object a line, at most\n  1,000. The later events of the same communication wait until it is retried or discarded."
  ),
  Command.withExamples([
    { command: `${commandLine} events parked --subscription postage`, description: "Prints each event with its error" }
  ])
)

/** Changes one parked event; fails if it is not parked. */
const change = Effect.fnUntraced(function* (method: "retry" | "discard", subscription: string, event: string) {
  const id = Schema.decodeUnknownOption(EventId)(hexOf(event))
  const isChanged = id._tag === "Some" && (yield* (yield* Events)[method](subscription, id.value))
  if (!isChanged) {
    yield* checkExists(subscription)
    return yield* new CommandFailure({
      message: `${quoted(subscription)} has no parked event ${quoted(event)}: list them with events parked.`
    })
  }
})

const example = "--subscription postage --event 0B8A65B4B1E9F3A0E5A7D3C2F1908E7D"

const retry = Command.make(
  "retry",
  {
    subscription: subscriptionFlag,
    event: eventFlag.pipe(Flag.optional, Flag.withDescription("The id of a parked event")),
    all: Flag.Boolean("all").pipe(
      Flag.withDefault(false),
      Flag.withDescription("Instead of --event: all parked events of the subscription")
    )
  },
  ({ subscription, event, all }) =>
    Effect.gen(function* () {
      if (Option.isSome(event) === all) return yield* new CommandFailure({ message: "Pass either --event or --all." })
      if (Option.isSome(event)) {
        yield* change("retry", subscription, event.value)
        return yield* Console.log("The subscription delivers the event again.")
      }
      const count = yield* (yield* Events).retryAll(subscription)
      if (count === 0) yield* checkExists(subscription)
      yield* Console.log(`The subscription delivers ${count} parked ${count === 1 ? "event" : "events"} again.`)
    }).pipe(onDatabase)
).pipe(
  Command.withShortDescription("Deliver parked events again"),
  Command.withDescription(
    "Delivers a parked event again, or all of them, and then the later events of its communication, in order."
  ),
  Command.withExamples([
    { command: `${commandLine} events retry ${example}`, description: "Delivers this event again" },
    { command: `${commandLine} events retry --subscription postage --all`, description: "Delivers all again" }
  ])
)

const discard = Command.make(
  "discard",
  {
    subscription: subscriptionFlag,
    event: eventFlag.pipe(Flag.withDescription("The id of a parked event (required)"))
  },
  ({ subscription, event }) =>
    Effect.andThen(
      change("discard", subscription, event),
      Console.log("The subscription does not deliver the event.")
    ).pipe(onDatabase)
).pipe(
  Command.withShortDescription("Drop a parked event"),
  Command.withDescription(
    "Drops a parked event, and delivers the later events of its communication, in order. Cannot be undone."
  ),
  Command.withExamples([{ command: `${commandLine} events discard ${example}`, description: "Drops a parked event" }])
)

/** The group of commands on the events of subscriptions. */
export const events = Command.make("events").pipe(
  Command.withShortDescription("List, retry and drop parked events"),
  Command.withDescription("Commands for events whose handler failed too often."),
  Command.withSubcommands([parked, retry, discard])
)
