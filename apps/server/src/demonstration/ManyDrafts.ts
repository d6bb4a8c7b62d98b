/** Stores many drafts for demonstrations: thousands in one statement, each with its entry in the history. */
import type { Caller, ContactInformationId } from "@communications/core"
import { DatabaseSchema } from "@communications/postgres"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** The client, and the function that qualifies the name of a table. */
const database = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const schema = `"${(yield* DatabaseSchema).replaceAll('"', '""')}"`
  return { sql, table: (name: string) => sql.literal(`${schema}.${name}`) }
})

/** Drafts `D{from}` to `D{to}`, drafted by `caller`. The contacts already exist. */
export interface ManyDrafts {
  readonly caller: Caller
  readonly contacts: ReadonlyArray<ContactInformationId>
  readonly from: number
  readonly to: number
}

/**
 * Stores drafts, and returns how many are new. Existing drafts do not change. All members of a draft follow from its
 * number. The creation times are spread over 2024 and 2025, one draft per minute.
 */
export const addDrafts = Effect.fnUntraced(function* ({
  caller: { organisation, user },
  contacts,
  from,
  to
}: ManyDrafts) {
  const { sql, table } = yield* database
  const [stored] = yield* sql<{ readonly added: number }>`
    WITH added AS (
      INSERT INTO ${table("communications")}
        (organisation, id, number, life_cycle_state, created_at, direction, media, subject, contact_information)
      SELECT ${organisation}::uuid, md5('draft D' || n)::uuid, 'D' || n, 'DRAFT',
        timestamptz '2024-01-01 00:00:00Z' + n % 1051200 * interval '1 minute' + n * 7919 % 60000 * interval '1 ms',
        (ARRAY['INCOMING', 'OUTGOING', 'OUTGOING'])[1 + n % 3],
        (ARRAY['EMAIL', 'EMAIL', 'EMAIL', 'PHONE', 'PHONE', 'SMS', 'LETTER', 'FACE_TO_FACE'])[1 + n % 8],
        'Communication D' || n,
        (string_to_array(${contacts.join(",")}::text, ',')::uuid[])[1 + n / 24 % ${contacts.length}::bigint]
      FROM generate_series(${from}::bigint, ${to}::bigint) AS n
      ON CONFLICT DO NOTHING
      RETURNING id, version, created_at
    ), recorded AS (
      INSERT INTO ${table("communication_history")} (organisation, communication, version, "to", at, by, era)
      SELECT ${organisation}::uuid, id, version, 'DRAFT', created_at, ${user}::uuid, (SELECT era FROM ${table("log_eras")})
      FROM added
    )
    SELECT count(*)::integer AS added FROM added`
  return stored?.added ?? 0
})

/** Updates the planner's statistics. Until then, statements prepared on the empty tables keep their plans. */
export const analyze = Effect.gen(function* () {
  const { sql, table } = yield* database
  yield* sql`ANALYZE ${table("communications")}, ${table("communication_history")}`
})
