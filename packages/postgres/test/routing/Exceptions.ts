/** The statements that a rule refuses, each kind with the reason why the software sends them all the same. */

/** Statements whose text, without line breaks and schema, matches. */
export interface Exception {
  readonly statement: RegExp
  readonly why: string
}

const subscriptions =
  "Subscriptions read the log of all organisations in one order. They do not run on distributed tables yet: docs/scaling.md."
const beforeDistribution = "Runs before the tables are distributed, which needs migration 6."
const tests = "Sent by tests."

/** Every exception. */
export const exceptions: ReadonlyArray<Exception> = [
  {
    statement: /^SELECT u\.organisation::text, .* FROM organisations o JOIN users u/,
    why: "A log-in names the organisation by its name. Citus reads all shards, which costs less than hashing the password."
  },
  {
    statement: /^WITH updated AS .*\(c\.organisation, c\.id\) IN/,
    why: "A batch of several organisations, which GROUP_COMMIT=organisation never sends."
  },
  { statement: /subscriptions|parked_events|^WITH found AS MATERIALIZED/, why: subscriptions },
  { statement: /^SELECT pg_current_xact_id\(\)/, why: subscriptions },
  {
    statement: /pg_logical_emit_message\(/,
    why: "Runs on the node that has the row, and waits for that node's standby. The transaction id is compared with nothing: it makes a standby refuse."
  },
  {
    statement: /^SELECT pg_advisory_xact_lock\(hashtext/,
    why: "Processes that migrate exclude each other on the coordinator, where all of them migrate."
  },
  { statement: /^CREATE TABLE moved_events|FROM moved_events/, why: beforeDistribution },
  { statement: /^ALTER TABLE communications ADD COLUMN created_at/, why: beforeDistribution },
  { statement: /^INSERT INTO (sessions|users) .* FROM users\b/, why: tests },
  { statement: /^SELECT (count\(\*\)::int AS drafts )?FROM communications$/, why: tests },
  { statement: /^SELECT xmin::text AS transaction FROM log_positions$/, why: tests },
  { statement: /^CREATE TRIGGER is_full /, why: tests }
]
