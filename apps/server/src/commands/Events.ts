import { EventId, Events, hexOf } from "@communications/core"
import { Console, Effect, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { CommandFailure } from "./CommandFailure.ts"
import { onDatabase, quoted } from "./OnDatabase.ts"

const subscriptionFlag = Flag.String("subscription").pipe(
  Flag.withMetavar("NAME"),
  Flag.withDescription("The name of the subscription (required)")
)

const eventFlag = Flag.String("event").pipe(
  Flag.withMetavar("ID"),
  Flag.withDescription("The id of a parked event (required)")
)

const parked = Command.make("parked", { subscription: subscriptionFlag }, ({ subscription }) =>
  Effect.gen(function* () {
    const events = yield* (yield* Events).parked(subscription)
    for (const { event, error, attempts, parked_at } of events) {
      const { id, organisation, number, from, to } = event
      yield* Console.log(JSON.stringify({ id, organisation, number, from, to, attempts, parked_at, error }))
    }
    yield* Console.log(
      `${events.length} parked ${events.length === 1 ? "event" : "events"} of ${quoted(subscription)}.`
    )
  }).pipe(onDatabase)
).pipe(
  Command.withShortDescription("List the parked events of a subscription"),
  Command.withDescription(
    "Lists the events that a subscription has parked because its handler failed too often, one JSON object a line, at most\n  1,000. The later events of the same communication wait until it is retried or discarded."
  ),
  Command.withExamples([
    { command: "npm run cli -- events parked --subscription postage", description: "Prints each event with its error" }
  ])
)

/** Makes a command on one parked event. */
const change = (method: "retry" | "discard", done: string, short: string, description: string) =>
  Command.make(method, { subscription: subscriptionFlag, event: eventFlag }, ({ subscription, event }) =>
    Effect.gen(function* () {
      const id = Schema.decodeUnknownOption(EventId)(hexOf(event))
      const isChanged = id._tag === "Some" && (yield* (yield* Events)[method](subscription, id.value))
      if (!isChanged) {
        return yield* new CommandFailure({
          message: `${quoted(subscription)} has no parked event ${quoted(event)}: list them with events parked.`
        })
      }
      yield* Console.log(done)
    }).pipe(onDatabase)
  ).pipe(
    Command.withShortDescription(short),
    Command.withDescription(description),
    Command.withExamples([
      {
        command: `npm run cli -- events ${method} --subscription postage --event 0B8A65B4B1E9F3A0E5A7D3C2F1908E7D`,
        description: short
      }
    ])
  )

const retry = change(
  "retry",
  "The subscription delivers the event again.",
  "Deliver a parked event again",
  "Delivers a parked event again, and then the later events of its communication, in order."
)

const discard = change(
  "discard",
  "The subscription does not deliver the event.",
  "Drop a parked event",
  "Drops a parked event, and delivers the later events of its communication, in order. Cannot be undone."
)

/** The group of commands on the events of subscriptions. */
export const events = Command.make("events").pipe(
  Command.withShortDescription("List, retry and drop parked events"),
  Command.withDescription("Commands for events whose handler failed too often."),
  Command.withSubcommands([parked, retry, discard])
)
