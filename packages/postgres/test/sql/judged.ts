/** The conditions that may be dropped without a contract that fails, each kind with the reason. */
import type { SqlMutant } from "./SqlMutants.ts"

interface Judgement {
  readonly statement: RegExp
  readonly condition: RegExp
  readonly size?: SqlMutant["size"]
  readonly why: string
}

const [step, view, lock] = [/^WITH updated AS/, /^WITH viewed AS/, / SKIP LOCKED/]
const skip = /^UPDATE \S+ s SET position = next/
const claimReleased = /p\.released AND EXISTS/
/** Reads the entries of a parked event that is retried, or deletes its row. */
const released = /p\.released AND (EXISTS|s\.)/
const both = (one: RegExp, other: RegExp) => new RegExp(`(?=.*${one.source.replace("^", "")})(?=.*${other.source})`)

const judgements: ReadonlyArray<Judgement> = [
  {
    ...{ statement: step, condition: /^c\.(id|number) = (i\.key|ANY )/, size: "alone" },
    why: "For one request both conditions say the same: the array keeps the planner at the index."
  },
  {
    ...{ statement: both(step, lock), condition: /^(c|l)\.life_cycle_state = / },
    why: "The locked rows and the changed rows are the same: one of the two conditions is enough for the result."
  },
  {
    ...{ statement: both(step, lock), condition: /^l\.(organisation|id|number) = / },
    why: "Decides only which rows are locked. GroupCommit.integration.test.ts tests that a batch locks no other row."
  },
  {
    ...{
      statement: both(view, lock),
      condition: /^(l\.(organisation|id|number) = |[cl]\.viewed_on IS NULL|c\.(id|number) = )/
    },
    why: "The locked row and the viewed row are the same: one of the two conditions is enough for the result."
  },
  {
    ...{ statement: both(view, lock), condition: /^c\.id IN \(SELECT l/ },
    why: "Without it the statement waits for a locked row. It runs when two other requests of the organisation wait already."
  },
  {
    ...{ statement: both(step, lock), condition: /^c\.id IN \(SELECT l/, size: "alone" },
    why: "The same. In a batch, a contract fails."
  },
  {
    ...{ statement: /communication_numbers/, condition: /^EXISTS \(SELECT FROM/ },
    why: "The same, for the counter of the organisation."
  },
  {
    ...{ statement: /communication_numbers/, condition: /^organisation = / },
    why: "Decides only which counters are locked. Numbers.integration.test.ts tests that creations lock no other one."
  },
  {
    ...{ statement: /^WITH leased AS/, condition: /^h\."to" = 'COMPLETED'$/ },
    why: "The only step so far leads to COMPLETED: an entry that has a previous state is a completion."
  },
  {
    ...{ statement: both(/^WITH leased AS/, /h\."to" = 'COMPLETED'/), condition: /parked_events AS p .* IS NULL$/ },
    why: "No event of a communication follows its completion so far: nothing waits after a parked completion."
  },
  {
    ...{ statement: both(/^WITH leased AS/, /h\."to" = 'COMPLETED'/), condition: /^h\.era >= leased\.era$/ },
    why: "An entry of an earlier era gets a later position only as an earlier entry of its communication, which is no completion."
  },
  {
    ...{ statement: both(step, /versions integer\[\]/), condition: /^c\.id IN \(SELECT l/ },
    why: "The same text as for requests without a version, for which a contract fails."
  },
  {
    ...{ statement: /INSERT INTO \S+\.sessions/, condition: /^token_hash <> / },
    why: "PostgreSQL changes a row once in a statement: the session is opened, and then not deleted."
  },
  {
    ...{ statement: claimReleased, condition: /^(h\.|EXISTS)/ },
    why: "Stands twice in the statement, and one of them is enough: a row without entries is removed, and the next one is read."
  },
  {
    ...{ statement: /^DELETE FROM \S+ p USING/, condition: /^p\.released$/ },
    why: "The entry of an event that is parked stands before the position, so that NOT EXISTS keeps its row."
  },
  {
    ...{ statement: /^WITH renewed AS .* moved AS/, condition: /^p\.released$/ },
    why: "Only events that are retried have a position with a communication, and one that is parked again is not settled."
  },
  {
    ...{ statement: /FROM \S+\.sessions WHERE token_hash = ANY/, condition: /^token_hash = ANY/ },
    why: "The result is read by the hash of the token: without it, the statement only reads more sessions."
  },
  {
    ...{ statement: both(released, /h\."to" = 'COMPLETED'/), condition: /^(h\.|p\.|EXISTS|NOT)/ },
    why: "The same text as for a subscription to all steps, for which a contract fails. Nothing follows a completion so far."
  },
  {
    ...{
      statement: /^DELETE FROM \S+ p USING/,
      condition: /^(s\.holder = |s\.subscription = |p\.subscription = )/
    },
    why: "The statement before it has the lease, and has found nothing to deliver: the row is not needed by any subscription."
  },
  {
    ...{ statement: /^DELETE FROM \S+ p USING/, condition: /^NOT / },
    why: "Keeps a row that is retried after the statement before it: Interleaved.integration.test.ts retries one then."
  },
  {
    ...{ statement: skip, condition: /^s\.subscription = / },
    why: "Without the inner one, Log and Interleaved.integration.test.ts fail; without the outer one, a contract does."
  },
  {
    ...{ statement: skip, condition: /^s\.holder = / },
    why: "The statement before it has extended the lease of the holder."
  },
  {
    ...{ statement: skip, condition: /^next\.position > / },
    why: "The next position is never smaller. Without it, the statement may store the same position again."
  },
  {
    ...{ statement: skip, condition: /^(p\.|\(SELECT 1 FROM \S+parked_events)/ },
    why: "Keeps an entry that another reader finds after the statement before it: Interleaved.integration.test.ts finds one."
  },
  {
    ...{ statement: skip, condition: /^(?!s\.(subscription|holder) = )/ },
    why: "Decides how far one statement skips, which no contract sees: Log.integration.test.ts tests that a call gets on."
  },
  {
    ...{
      statement: /AS request_id, .* AS replicated FROM/,
      condition: /^(p\.organisation = |p\.id = |c\.(id|number) = ANY )/
    },
    why: "Finds the communications of refused steps, by key in the result; the refusal has nothing of the contact."
  },
  {
    ...{ statement: /^WITH full_buckets AS/, condition: /^key_hash <> / },
    why: "PostgreSQL changes a row once in a statement: the bucket of the attempt is changed, and then not deleted."
  },
  {
    ...{ statement: /pg_locks/, condition: /^(locktype = |pid )/ },
    why: "Locks of other types name no table in this mode, and the statement that reads the locks has none of them."
  },
  {
    ...{ statement: /pg_locks/, condition: /^granted$/ },
    why: "Without it, opening also waits for transactions that have not written yet, because they wait for a lock of the table."
  },
  {
    ...{ statement: /pg_locks/, condition: /./ },
    why: "Decides which open transactions a new subscription waits for: Log.integration.test.ts opens such transactions."
  },
  {
    ...{
      statement: /^WITH found AS MATERIALIZED/,
      condition: /position"? IS NULL|^era >= |^h\.(organisation|communication|version) |entries > 0/
    },
    why: "Decides about entries of other readers and earlier eras: Log and OneLog.integration.test.ts have such entries."
  }
]

/** Why no contract has to fail without the condition; undefined if one has to. */
export const judgementOf = ({ statement, condition, size }: SqlMutant): string | undefined =>
  judgements.find(
    (one) => one.statement.test(statement) && one.condition.test(condition) && (one.size ?? size) === size
  )?.why
