/** Statements that do for many what those on communications and sessions do for one. */
import type { Communication, CommunicationIdentifier, OrganisationId, Transition } from "@communications/core"
import { isCompletion } from "@communications/core"
import { Effect } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { communicationColumns, moment } from "./Columns.ts"
import { type Row, stateColumns } from "./Rows.ts"
import { tables } from "./Tables.ts"

/** A communication to be read. */
export interface Find {
  readonly organisation: OrganisationId
  readonly identifier: CommunicationIdentifier
}

/** A communication to be stored where it is still of that version, and the step that it took, if any. */
export interface Write {
  readonly organisation: OrganisationId
  readonly version: number
  readonly next: Communication
  readonly step: Transition | null
}

/** What proves that a token is known, when that is asked for, and perhaps about what. */
export interface Proof {
  readonly hash: string
  readonly at: string
  readonly about: CommunicationIdentifier | undefined
}

/** Who opened a session, and the communication that was asked about, if there is one. */
export type SessionRow = { readonly organisation: string; readonly user: string } & (Row | { readonly id: null })

/** The position of an item among those that a statement is given. */
interface Item {
  readonly item: number
}

const writeOf = ({ organisation, version, next, step }: Write, item: number) => ({
  ...{ item, organisation, version, id: next.id, subject: next.subject, viewed_on: moment(next.viewed_on) },
  ...stateColumns(next),
  ...(step === null ? {} : { ...step, at: moment(step.at), told: isCompletion(step) })
})

/** Runs the statement for one where it is alone, which the database does faster: nobody waits longer for others that are not there. */
export const oneOrMany =
  <Given, A extends object, E>(
    one: (given: Given) => Effect.Effect<ReadonlyArray<A>, E>,
    many: (given: ReadonlyArray<Given>) => Effect.Effect<ReadonlyArray<A & Item>, E>
  ) =>
  (given: ReadonlyArray<Given>): Effect.Effect<ReadonlyArray<A & Item>, E> => {
    const [only, ...others] = given
    return only === undefined || others.length > 0
      ? many(given)
      : Effect.map(one(only), (rows) => rows.map((row) => ({ ...row, item: 0 })))
  }

/** Makes the statements for a client, on the tables of its schema; each takes its items as one parameter, JSON. */
export const batches = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const table = yield* tables

  /** A statement whose text is made once, not each time that it runs. */
  const prepared = <A extends object>(statement: (items: string) => Statement.Statement<A>) => {
    const [text] = statement("").compile()
    return (items: ReadonlyArray<unknown>) => sql.unsafe<A>(text, [JSON.stringify(items)])
  }

  /** The communication that an item `i` names, in the organisation of that column. */
  const named = (organisation: string) => sql`
    SELECT * FROM ${table.communications} WHERE organisation = ${sql.literal(organisation)} AND id = i.id
    UNION ALL
    SELECT * FROM ${table.communications} WHERE organisation = ${sql.literal(organisation)} AND number = i.number`

  const find = prepared(
    (items) => sql<Row & Item>`
        SELECT i.item, ${communicationColumns(sql)}
        FROM json_to_recordset(${items}::text::json)
          AS i (item integer, organisation uuid, id uuid, number text COLLATE "C"),
        LATERAL (${named("i.organisation")}) AS c
        JOIN ${table.contact_information} p ON p.organisation = c.organisation AND p.id = c.contact_information`
  )

  const update = prepared(
    (items) => sql<Item>`
      WITH items AS MATERIALIZED (
        SELECT * FROM json_to_recordset(${items}::text::json) AS i (
          item integer, organisation uuid, id uuid, version integer, life_cycle_state text, subject text,
          viewed_on timestamptz, completed_at timestamptz, completed_by uuid,
          "from" text, "to" text, at timestamptz, by uuid, request_id text, told boolean
        )
      ), free AS MATERIALIZED (
        SELECT i.item, c.organisation, c.id
        FROM items i JOIN ${table.communications} c
          ON c.organisation = i.organisation AND c.id = i.id AND c.version = i.version
        FOR NO KEY UPDATE OF c SKIP LOCKED
      ), updated AS (
        UPDATE ${table.communications} c SET
          version = c.version + 1, life_cycle_state = i.life_cycle_state, subject = i.subject, viewed_on = i.viewed_on,
          completed_at = i.completed_at, completed_by = i.completed_by,
          told_in = CASE WHEN i.told THEN greatest(c.told_in, pg_current_xact_id()) ELSE c.told_in END
        FROM items i JOIN free USING (item)
        WHERE c.organisation = free.organisation AND c.id = free.id
        RETURNING i.item, c.version, c.told_in
      ), recorded AS (
        INSERT INTO ${table.communication_history}
          (organisation, communication, version, "from", "to", at, by, request_id)
        SELECT i.organisation, i.id, updated.version, i."from", i."to", i.at, i.by, i.request_id
        FROM items i JOIN updated USING (item) WHERE i."to" IS NOT NULL
      ), told AS (
        INSERT INTO ${table.events}
          (transaction, type, payload_version, organisation, communication, at, by, request_id)
        SELECT updated.told_in, 'CommunicationCompleted', 1, i.organisation, i.id, i.at, i.by, i.request_id
        FROM items i JOIN updated USING (item) WHERE i.told
      )
      SELECT item FROM updated`
  )

  const authenticate = prepared(
    (items) => sql<Item & SessionRow>`
      SELECT i.item, s.organisation::text, s."user"::text, ${communicationColumns(sql)}
      FROM json_to_recordset(${items}::text::json)
        AS i (item integer, hash text, at timestamptz, id uuid, number text COLLATE "C")
      JOIN ${table.sessions} s ON s.token_hash = decode(i.hash, 'hex') AND s.expires_at > i.at
      LEFT JOIN LATERAL (${named("s.organisation")}) AS c ON true
      LEFT JOIN ${table.contact_information} p ON p.organisation = c.organisation AND p.id = c.contact_information`
  )

  return {
    find: (finds: ReadonlyArray<Find>) =>
      find(finds.map(({ organisation, identifier }, item) => ({ item, organisation, ...identifier }))),

    /** Which of them were still of their version, and held by nobody else: it waits for no lock, so that none waits for another's. */
    update: (writes: ReadonlyArray<Write>) => update(writes.map(writeOf)),

    authenticate: (proofs: ReadonlyArray<Proof>) =>
      authenticate(proofs.map(({ about, ...proof }, item) => ({ item, ...proof, ...about })))
  }
})
