/** Many drafts at once, to try the software with: one statement stores thousands, each with its entry in the history. */
import type { Caller, ContactInformationId } from "@communications/core"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Drafts `D{from}` to `D{to}` of an organisation, drafted by a user, with contacts that are stored already. */
export interface ManyDrafts {
  readonly caller: Caller
  readonly contacts: ReadonlyArray<ContactInformationId>
  readonly from: number
  readonly to: number
}

/**
 * Stores drafts, and tells how many; what is there already stays. A draft is a function of its number: its id, its
 * contact, in which direction and by what media it goes, and when it was made: one a minute, through 2024 and 2025.
 */
export const addDrafts = Effect.fnUntraced(function* ({
  caller: { organisation, user },
  contacts,
  from,
  to
}: ManyDrafts) {
  const sql = yield* SqlClient.SqlClient
  const [stored] = yield* sql<{ readonly added: number }>`
    WITH added AS (
      INSERT INTO public.communications
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
      INSERT INTO public.communication_history (organisation, communication, version, "to", at, by, era)
      SELECT ${organisation}::uuid, id, version, 'DRAFT', created_at, ${user}::uuid, (SELECT era FROM public.log_eras)
      FROM added
    )
    SELECT count(*)::integer AS added FROM added`
  return stored?.added ?? 0
})

/** Tells the planner what the tables hold now; a statement that was prepared on an empty table keeps its plan until then. */
export const analyze = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ANALYZE public.communications, public.communication_history`
})
