import {
  type Act,
  type ContactInformation,
  ContactInformationExists,
  ContactInformationNotFound,
  ContactInformations,
  type IdempotencyKey,
  IdempotencyKeyReused,
  type OrganisationId,
  type UserId
} from "@communications/core"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { tables } from "../schema/Tables.ts"
import { formatJson } from "../statements/Columns.ts"
import { replicated } from "../statements/Replication.ts"
import type { Shares } from "../statements/Shares.ts"
import { makeRunStatement, withTimeLimit } from "../statements/StorageErrors.ts"
import { contactListStatement } from "./ContactListStatement.ts"
import { type ContactRow, contactColumns, fromContactRow } from "./ContactRows.ts"

/** Contact information in PostgreSQL. */
export const layer: Layer.Layer<ContactInformations, never, Shares | SqlClient.SqlClient> = Layer.effect(
  ContactInformations,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const runStatement = yield* makeRunStatement
    const table = yield* tables
    const list = yield* contactListStatement

    const findByKey = Effect.fnUntraced(function* (organisation: OrganisationId, by: UserId, key: IdempotencyKey) {
      const finding = sql<ContactRow & { readonly fingerprint: string }>`
        SELECT upper(encode(p.idempotency_fingerprint, 'hex')) AS fingerprint, ${contactColumns(sql)},
          ${replicated(sql)}
        FROM ${table.contact_information} p
        WHERE p.organisation = ${organisation}::uuid AND p.idempotency_by = ${by}::uuid AND p.idempotency_key = ${key}`
      const [row] = yield* runStatement("ContactInformations.findByKey", organisation)(finding)
      return row && { fingerprint: row.fingerprint, made: yield* fromContactRow(row) }
    })

    const add = Effect.fnUntraced(function* (
      organisation: OrganisationId,
      contact: ContactInformation,
      act?: Pick<Act, "by" | "idempotency">
    ) {
      const keyed = act?.idempotency && { by: act.by, ...act.idempotency }
      const keyColumns = keyed && sql`, idempotency_by, idempotency_key, idempotency_fingerprint`
      const keyValues = keyed && sql`, ${keyed.by}::uuid, ${keyed.key}, decode(${keyed.fingerprint}::text, 'hex')`
      const inserting = sql`
        INSERT INTO ${table.contact_information} (
          organisation, id, type, life_cycle_state, name, first_name, middle_name, last_name, title, company_name,
          demographics, company_profile${keyColumns ?? sql``}
        ) VALUES (
          ${organisation}::uuid, ${contact.id}::uuid, ${contact.type}, ${contact.life_cycle_state}, ${contact.name},
          ${contact.first_name}, ${contact.middle_name}, ${contact.last_name}, ${contact.title},
          ${contact.company_name}, ${formatJson(contact.demographics)}::text::json,
          ${formatJson(contact.company_profile)}::text::json${keyValues ?? sql``}
        ) ON CONFLICT DO NOTHING RETURNING 1`
      const added = yield* runStatement("ContactInformations.add", organisation)(inserting)
      if (added.length === 1) return
      const isReused = keyed && (yield* findByKey(organisation, keyed.by, keyed.key)) !== undefined
      if (isReused) return yield* new IdempotencyKeyReused({ key: keyed.key })
      return yield* new ContactInformationExists({ id: contact.id })
    })

    return ContactInformations.of({
      add: (organisation, contact, act) => withTimeLimit("ContactInformations.add")(add(organisation, contact, act)),
      findByKey: (organisation, by, key) =>
        withTimeLimit("ContactInformations.findByKey")(findByKey(organisation, by, key)),
      find: (organisation, id) =>
        sql<ContactRow>`
          SELECT ${contactColumns(sql)} FROM ${table.contact_information} p
          WHERE p.organisation = ${organisation}::uuid AND p.id = ${id}::uuid`.pipe(
          runStatement("ContactInformations.find", organisation),
          Effect.flatMap(([row]) =>
            row === undefined ? Effect.fail(new ContactInformationNotFound({ id })) : fromContactRow(row)
          ),
          withTimeLimit("ContactInformations.find")
        ),
      list: (organisation, query) =>
        list(organisation, query).pipe(
          runStatement("ContactInformations.list", organisation),
          Effect.flatMap(Effect.forEach(fromContactRow)),
          withTimeLimit("ContactInformations.list")
        )
    })
  })
)
