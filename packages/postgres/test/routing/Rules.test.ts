/** Each rule refuses a statement that breaks it, and accepts its neighbour. */
import { parse } from "pgsql-parser"
import { assert, describe, it } from "vitest"
import { judge } from "./Rules.ts"
import { membersOf } from "./Tree.ts"

const reasonsOf = async (text: string): Promise<ReadonlyArray<string>> => {
  const { stmts = [] } = await parse(text)
  return stmts.flatMap(({ stmt }) =>
    Object.entries(membersOf(stmt)).flatMap(([kind, members]) => [...judge(kind, membersOf(members))])
  )
}

const faults: ReadonlyArray<readonly [fault: string, statement: string, reason: RegExp]> = [
  ["no organisation", "UPDATE s.communications SET version = 2 WHERE id = $1", /without a constant organisation/],
  [
    "several organisations in one change",
    "UPDATE s.communications c SET version = 2 FROM unnest($1::uuid[]) AS o (organisation) WHERE c.organisation = o.organisation",
    /without a constant organisation/
  ],
  ["a list of organisations", "DELETE FROM s.users WHERE organisation = ANY($1)", /without a constant organisation/],
  [
    "one of two organisations",
    "DELETE FROM s.users WHERE organisation = $1 OR username = $2",
    /without a constant organisation/
  ],
  [
    "a join without the organisation",
    "SELECT FROM s.communications c JOIN s.contact_information p ON p.id = c.contact_information WHERE c.organisation = $1",
    /contact_information is read or changed without/
  ],
  [
    "a look-up that only follows from another table",
    "SELECT (SELECT h.at FROM s.communication_history h WHERE h.organisation = c.organisation) FROM s.communications c WHERE c.organisation = $1",
    /communication_history is read or changed without/
  ],
  [
    "tables that are distributed by different keys",
    "SELECT FROM s.sessions JOIN s.users u ON u.organisation = $1 WHERE token_hash = $2",
    /different keys are joined: sessions, organisation/
  ],
  ["locks on several nodes", "SELECT FROM s.users FOR UPDATE", /locked on several nodes/],
  [
    "a common table expression that locks",
    "WITH l AS MATERIALIZED (SELECT id FROM s.communications WHERE organisation = $1 FOR UPDATE SKIP LOCKED) SELECT FROM l",
    /common table expression locks rows/
  ],
  [
    "an order by transactions",
    "SELECT FROM s.log_eras ORDER BY pg_current_xact_id()",
    /transaction ids are of one node/
  ],
  ["a transaction in a column", "SELECT xmin FROM s.log_eras", /system columns/],
  ["a sequence", "INSERT INTO s.communication_numbers (organisation, last) VALUES ($1, nextval('n'))", /sequences/],
  ["an advisory lock", "SELECT pg_advisory_xact_lock(1)", /advisory locks/],
  ["a notification", "SELECT pg_notify('a', 'b')", /notifications/],
  [
    "a change of a distributed and a reference table",
    "WITH e AS (UPDATE s.log_eras SET era = 2) DELETE FROM s.users WHERE organisation = $1",
    /a distributed and a reference table/
  ],
  ["a row that moves", "UPDATE s.users SET organisation = $2 WHERE organisation = $1", /moves a row to another node/],
  [
    "a row that moves in a conflict",
    "INSERT INTO s.users (organisation) VALUES ($1) ON CONFLICT (organisation) DO UPDATE SET organisation = $2",
    /moves a row/
  ],
  ["a row of no organisation", "INSERT INTO s.users (username) VALUES ($1)", /has no organisation/],
  [
    "a conflict without the organisation",
    "INSERT INTO s.users (organisation) VALUES ($1) ON CONFLICT (username) DO NOTHING",
    /key of ON CONFLICT does not include organisation/
  ],
  ["a volatile function", "UPDATE s.subscriptions SET held_until = clock_timestamp()", /volatile function/],
  ["an unknown function", "UPDATE s.subscriptions SET position = f()", /volatile function/],
  [
    "the clock in RETURNING",
    "DELETE FROM s.sessions WHERE token_hash = $1 RETURNING expires_at > statement_timestamp()",
    /RETURNING calls/
  ],
  [
    "the clock in COALESCE",
    "UPDATE s.users SET disabled_at = coalesce(disabled_at, now()) WHERE organisation = $1",
    /COALESCE or CASE/
  ],
  [
    "the clock in ON CONFLICT",
    "INSERT INTO s.attempts (key_hash) VALUES ($1) ON CONFLICT (key_hash) DO UPDATE SET full_at = now()",
    /ON CONFLICT calls/
  ],
  [
    "an interval in ON CONFLICT",
    "INSERT INTO s.attempts AS b (key_hash) VALUES ($1) ON CONFLICT (key_hash) DO UPDATE SET full_at = b.full_at + $2::interval",
    /ON CONFLICT adds an interval/
  ],
  ["an interval", "UPDATE s.attempts SET full_at = full_at - $1::interval WHERE key_hash = $2", /adds an interval/],
  [
    "a key of a table",
    "CREATE TABLE s.users (organisation uuid, id uuid, PRIMARY KEY (id))",
    /unique key lacks organisation/
  ],
  ["a unique index", "CREATE UNIQUE INDEX CONCURRENTLY i ON s.users (username)", /unique key lacks organisation/],
  [
    "a foreign key",
    "ALTER TABLE s.users ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES s.communications (id)",
    /foreign key between distributed tables/
  ],
  [
    "a constraint beside a column",
    "ALTER TABLE s.users ADD COLUMN x text, ADD CONSTRAINT y CHECK (x <> '')",
    /has other changes beside it/
  ],
  ["a change of the storage", "ALTER TABLE s.users SET UNLOGGED", /AT_SetUnLogged is not possible/],
  ["a trigger", "CREATE TRIGGER t AFTER INSERT ON s.users EXECUTE FUNCTION f()", /CreateTrigStmt is not possible/]
]

const accepted = [
  "UPDATE s.communications SET version = 2 WHERE organisation = $1::uuid AND id = $2",
  "SELECT FROM s.communications c JOIN s.contact_information p ON p.organisation = c.organisation WHERE c.organisation = $1",
  "SELECT FROM s.communications WHERE organisation = $1 FOR UPDATE",
  "INSERT INTO s.users (organisation) SELECT $1::uuid FROM s.organisations ON CONFLICT (organisation, username) DO NOTHING",
  "DELETE FROM s.sessions WHERE token_hash IN (SELECT token_hash FROM s.sessions FOR UPDATE SKIP LOCKED)",
  "UPDATE s.attempts SET full_at = (full_at AT TIME ZONE 'UTC' - $1::interval) AT TIME ZONE 'UTC' WHERE key_hash = $2",
  "CREATE UNIQUE INDEX CONCURRENTLY i ON s.users (organisation, username)"
]

describe("the rules of routing", () => {
  it.each(faults)("refuse %s", async (_, statement, reason) => {
    assert.match((await reasonsOf(statement)).join("; "), reason)
  })

  it.each(accepted)("accept %s", async (statement) => {
    assert.deepStrictEqual(await reasonsOf(statement), [])
  })
})
