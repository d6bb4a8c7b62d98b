import type { MigrationIndex } from "../Indexes.ts"
import type { EveryTable } from "../Tables.ts"
import { nameKey } from "./0008_disable_users_and_list_contacts.ts"

/** The indexes of idempotency keys, and those that list contacts (decision 11). */
export const indexKeysAndContacts = (table: EveryTable): ReadonlyArray<MigrationIndex> => [
  {
    name: "communication_history_by_idempotency_key",
    table: table.communication_history,
    isUnique: true,
    definition: "(organisation, by, idempotency_key) WHERE idempotency_key IS NOT NULL"
  },
  {
    name: "contact_information_by_idempotency_key",
    table: table.contact_information,
    isUnique: true,
    definition: "(organisation, idempotency_by, idempotency_key) WHERE idempotency_key IS NOT NULL"
  },
  {
    name: "contact_information_by_time",
    table: table.contact_information,
    definition: "(organisation, type, created_at, id)"
  },
  {
    name: "contact_information_by_name",
    table: table.contact_information,
    definition: `(organisation, type, (${nameKey("name")}))`
  }
]
