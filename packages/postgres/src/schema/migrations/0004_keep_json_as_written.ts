import type { EveryTable } from "../Tables.ts"

/**
 * What is known of a contact is read as a whole, and nothing looks into it: as `json` it is read as it was written, in
 * the documented order, where `jsonb` would be written out anew each time.
 */
export const keepJsonAsWritten = ({ contact_information }: EveryTable) => [
  `ALTER TABLE ${contact_information} ALTER COLUMN demographics TYPE json, ALTER COLUMN company_profile TYPE json`
]
