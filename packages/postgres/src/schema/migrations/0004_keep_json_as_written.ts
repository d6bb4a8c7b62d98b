import type { EveryTable } from "../Tables.ts"

/**
 * Demographics and company profile are always read whole and never searched. `json` returns the stored text, with its
 * members in the documented order; `jsonb` would lose the order and be serialised for each read.
 */
export const keepJsonAsWritten = ({ contact_information }: EveryTable) => [
  `ALTER TABLE ${contact_information} ALTER COLUMN demographics TYPE json, ALTER COLUMN company_profile TYPE json`
]
