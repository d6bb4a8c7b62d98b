/** How the API writes times: always in UTC, to the second. */
import { DateTime, Schema } from "effect"

/** A time as the documented API writes it: `YYYY-MM-DDTHH:MM:SS` in UTC, without a zone or a fraction. */
export const Timestamp = Schema.String.check(
  Schema.isPattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$/u, { expected: "YYYY-MM-DDTHH:MM:SS" })
).annotate({ description: "A time in UTC, without a zone" })

/** Formats a time as the documented API does. */
export const timestampOf = (at: DateTime.Utc): string => DateTime.formatIso(at).slice(0, 19)

/** A time in members that the API adds to the documented ones: ISO 8601 in UTC, to the second, with its zone. */
export const UtcTimestamp = Schema.String.check(
  Schema.isPattern(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/u, { expected: "YYYY-MM-DDTHH:MM:SSZ" })
).annotate({ description: "A time in UTC" })

/** Formats a time with its zone. */
export const utcTimestampOf = (at: DateTime.Utc): string => `${timestampOf(at)}Z`
