/** The conditions that may be dropped without a contract that fails, each kind with the reason. */
import type { SqlMutant } from "./SqlMutants.ts"

interface Judgement {
  readonly statement: RegExp
  readonly condition: RegExp
  readonly size?: SqlMutant["size"]
  readonly nth?: SqlMutant["nth"]
  readonly why: string
}

const [step, view, lock] = [/^WITH updated AS/, /^WITH viewed AS/, / SKIP LOCKED/]
const skip = /^UPDATE \S+ s SET position = next/
const claimReleased = /p\.released AND EXISTS/
const remove = /^DELETE FROM \S+ p USING/
const completions = /h\."to" = 'COMPLETED'/
const both = (one: RegExp, other: RegExp) => new RegExp(`(?=.*${one.source.replace("^", "")})(?=.*${other.source})`)

const judgements: ReadonlyArray<Judgement> = [
  {
    ...{ statement: step, condition: /^c\.(id|number) = (i\.key|ANY )/, size: "alone" },
    why: "For one request both conditions say the same: the array keeps the planner at the index."
  },
  {
    ...{ statement: both(step, lock), condition: /^c\.life_cycle_state = / },
    why: "The locked rows and the changed rows are the same: one of the two conditions is enough for the result."
  },
  {
    ...{ statement: both(step, lock), condition: /^l\.(organisation|id|number|life_cycle_state) = / },
    why: "Decides only which rows are locked. GroupCommit.integration.test.ts tests that a batch locks no other row."
  },
  {
    ...{
      statement: both(view, lock),
      condition: /^([cl]\.(viewed_on IS NULL|id = )|c\.number = )/
    },
    why: "The locked row and the viewed row are the same: one of the two conditions is enough for the result."
  },
  {
    ...{ statement: both(view, lock), condition: /^l\.(organisation|number) = / },
    why: "Decides only which rows are locked. GroupCommit.integration.test.ts tests that a view locks no other row."
  },
  {
    ...{ statement: both(view, lock), condition: /^c\.id IN \(SELECT l/ },
    why: "Without it the statement waits for a locked row. GroupCommit.integration.test.ts tests that views do not all wait."
  },
  {
    ...{ statement: both(step, lock), condition: /^c\.id IN \(SELECT l/, size: "alone" },
    why: "Without it the statement waits for a locked row. In a batch, a contract fails."
  },
  {
    ...{ statement: /communication_numbers/, condition: /^EXISTS \(SELECT FROM/ },
    why: "Without it creations wait for the counter. Shares.integration.test.ts tests that they do not all wait."
  },
  {
    ...{ statement: /communication_numbers/, condition: /^organisation = / },
    why: "Decides only which counters are locked. Numbers.integration.test.ts tests that creations lock no other one."
  },
  {
    ...{ statement: /^WITH leased AS/, condition: /^h\."to" = 'COMPLETED'$/ },
    why: "The only step so far leads to COMPLETED. Log.integration.test.ts has another step."
  },
  {
    ...{ statement: both(remove, completions), condition: /^h\."to" = 'COMPLETED'$/ },
    why: "The only step so far leads to COMPLETED: an entry that has a previous state is a completion."
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
    ...{ statement: claimReleased, condition: /^(h\.|EXISTS)/, nth: 0 },
    why: "In EXISTS. Without it, a row without entries is read, and so removed, and the next one is read."
  },
  {
    ...{ statement: both(claimReleased, completions), condition: /^h\."(from|to)" /, nth: 1 },
    why: "The entries before a completion are of a creation as a draft, which each of the two conditions excludes."
  },
  {
    ...{ statement: /FROM \S+\.sessions WHERE token_hash = ANY/, condition: /^token_hash = ANY/ },
    why: "The result is read by the hash of the token. Plans.integration.test.ts tests that no other session is read."
  },
  {
    ...{
      statement: both(claimReleased, completions),
      condition: /^(h\.(organisation|communication|version|"position") |p\.)/
    },
    why: "The same text as for a subscription to all steps, for which a contract fails."
  },
  {
    ...{
      statement: both(remove, completions),
      condition: /^h\.(organisation|communication|version|"position") /
    },
    why: "The same text as for a subscription to all steps, for which a contract fails."
  },
  {
    ...{ statement: remove, condition: /^(s\.holder = |s\.subscription = )/ },
    why: "The statement before it has the lease, and has found nothing to deliver: the row is not needed by any subscription."
  },
  {
    ...{ statement: /^DELETE FROM \S+ p USING (?!.*h\."to")/, condition: /^p\.(subscription = |released$)/ },
    why: "The same text as for a subscription to completions, for which a contract fails."
  },
  {
    ...{ statement: remove, condition: /^NOT / },
    why: "Keeps a row that is retried after the statement before it: Interleaved.integration.test.ts retries one then."
  },
  {
    ...{ statement: /^UPDATE \S+ s SET position = next(?!.*h\."to")/, condition: /^s\.subscription = /, nth: 0 },
    why: "The outer one. The same text as for a subscription to completions, for which a contract fails."
  },
  {
    ...{ statement: both(skip, completions), condition: /^s\.subscription = /, nth: 1 },
    why: "The inner one. The same text as for a subscription to all steps, for which a contract fails."
  },
  {
    ...{ statement: skip, condition: /^s\.holder = / },
    why: "The statement before it has extended the lease of the holder. Interleaved.integration.test.ts takes it in between."
  },
  {
    ...{ statement: skip, condition: /^next\."position" > / },
    why: "The next position is never smaller. Without it, the statement may store the same position again."
  },
  {
    ...{ statement: skip, condition: /^(p\.|\(SELECT 1 FROM \S+parked_events)/ },
    why: "Keeps an entry that another reader finds after the statement before it: Interleaved.integration.test.ts finds one."
  },
  {
    ...{ statement: skip, condition: /^h\.(era|"from"|"to"|"position") / },
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
    why: "Without it, opening also waits for transactions that wait for the table: Log.integration.test.ts has one."
  },
  {
    ...{ statement: /pg_locks/, condition: /^(mode|database|relation) = / },
    why: "Decides which open transactions a new subscription waits for: Log.integration.test.ts opens such transactions."
  },
  {
    ...{ statement: /^WITH found AS MATERIALIZED/, condition: /^h\.version <= latest/ },
    why: "Without it, later entries of the same communications get their positions at once, in their order."
  },
  {
    ...{
      statement: /^WITH found AS MATERIALIZED/,
      condition: /"position" IS NULL$|^h\.communication = latest|^h\.organisation = entries|entries > 0$/
    },
    why: "Decides about entries of other readers and earlier eras: Log and OneLog.integration.test.ts have such entries."
  }
]

/** Why no contract has to fail without the condition; undefined if one has to. */
export const judgementOf = ({ statement, condition, size, nth }: SqlMutant): string | undefined =>
  judgements.find(
    (one) =>
      one.statement.test(statement) &&
      one.condition.test(condition) &&
      (one.size ?? size) === size &&
      (one.nth ?? nth) === nth
  )?.why
