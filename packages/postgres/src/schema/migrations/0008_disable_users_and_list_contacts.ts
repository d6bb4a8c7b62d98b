import type { EveryTable } from "../Tables.ts"

/**
 * The SQL of the text by which lists find a name: without accents and in upper case, like "ZOE" for "Zoë". It does not
 * depend on the locale of the database. Only the first 100 characters count, because an index row has a maximum size.
 */
export const nameKey = (name: string): string =>
  String.raw`left(upper(regexp_replace(normalize(${name}, NFKD), '[\u0300-\u036F]', '', 'g') COLLATE "und-x-icu"), 100) COLLATE "C"`

/**
 * Users that are disabled, and lists of contacts. `revision` changes with the password and when the user is disabled, so
 * that a log-in that began before opens no session.
 *
 * Contacts are listed newest first (decision 11). Those of earlier versions all have the time of this migration.
 */
export const disableUsersAndListContacts = ({ users, contact_information }: EveryTable) => [
  `ALTER TABLE ${users} ADD COLUMN disabled_at timestamptz, ADD COLUMN revision integer NOT NULL DEFAULT 1`,
  `ALTER TABLE ${contact_information} ADD COLUMN created_at timestamptz NOT NULL DEFAULT now()`,
  `ALTER TABLE ${contact_information} ALTER COLUMN created_at SET DEFAULT clock_timestamp()`
]
