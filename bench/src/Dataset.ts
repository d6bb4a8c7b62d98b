/** The data of the bench: communications of one or several organisations, with sessions and contacts. */
import { hash } from "node:crypto"

/**
 * The size of the data. Communication `i` is number `i` of organisation `i % organisations`; the first `completed` ones
 * are completed.
 */
export interface Dataset {
  readonly communications: number
  readonly completed: number
  readonly organisations: number
}

/** The token of an organisation's session. */
export const tokenOf = (organisation: number): string => hash("md5", `token ${organisation}`).toUpperCase()

/** The id of a communication. */
export const idOf = (communication: number): string => hash("md5", `communication ${communication}`).toUpperCase()

/** The body of a request that completes a communication. */
export const completing = (dataset: Dataset, communication: number): string =>
  `{"token":"${tokenOf(communication % dataset.organisations)}","communication_identifier":{"number":"${communication}"}}`

const country = {
  id: "57",
  name: "CYPRUS",
  alternative_code: "CYP",
  dialing_code: "357",
  two_character_code: "CY",
  three_character_code: "CYP",
  country_flag: {
    id: "F1A6",
    file: { file_name: "cy.png", file_content_url: "https://files.example/flags/cy.png", file_mime_type: "image/png" }
  }
}
const industry = { id: "14", name: "Professional services", code: "M" }
const industry_sector = { id: "70", name: "Management consultancy", alternative_code: "M70" }

const demographics = JSON.stringify({
  gender: "FEMALE",
  id_number: "654321",
  id_number_expiration_date: "2031-05-31",
  passport_number: "K1234567",
  passport_number_expiration_date: "2030-02-28",
  social_security_number: null,
  date_of_birth: { day: 1, month: 1, year: 1980 },
  name_day: { day: 25, month: 11 },
  country_of_residence: country,
  id_issued_by_country: null,
  passport_issued_by_country: null,
  industry,
  industry_sector
})
const company_profile = JSON.stringify({
  profile_year: 2025,
  annual_turnover: 12500000.5,
  established_date: "1987-04-15",
  number_of_employees: 240,
  registration_number: "HE 123456",
  vat_registration_number: "CY10123456X",
  vat_registered_by: "Eleni Georgiou",
  vat_registration_date: "1992-07-01",
  tax_reference_number: "12123456X",
  country_of_residence: country,
  industry,
  industry_sector
})

/** Runs the statement that `each` builds, for every constraint and index of the two large tables. */
const forEachIndex = (order: string, each: string): string => `
  DO $$ DECLARE index record; BEGIN
    FOR index IN SELECT * FROM indexes ORDER BY rank ${order} LOOP EXECUTE ${each}; END LOOP;
  END $$`

/** Drops the constraints and indexes of the two large tables; building them after the inserts is several times faster. */
const dropIndexes = [
  `CREATE TEMPORARY TABLE indexes AS
    SELECT CASE contype WHEN 'f' THEN 3 ELSE 1 END AS rank, conrelid::regclass AS of,
      format('CONSTRAINT %I', conname) AS name, format('CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)) AS definition
    FROM pg_constraint
    WHERE conrelid IN ('communications'::regclass, 'communication_history'::regclass) AND contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT 2, NULL, format('INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid IN ('communications'::regclass, 'communication_history'::regclass)
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))`,
  forEachIndex("DESC", "concat('ALTER TABLE ' || index.of || ' ', 'DROP ', index.name)")
]

/** Recreates the constraints and indexes. */
const recreateIndexes = [
  "SET maintenance_work_mem = '1GB'",
  forEachIndex("ASC", "concat('ALTER TABLE ' || index.of || ' ADD ', index.definition)")
]

/** Version 0.1.0 has no eras; later versions have no default for them. */
const defaultEra = (change: "SET DEFAULT 0" | "DROP DEFAULT"): string => `
  DO $$ BEGIN ALTER TABLE communication_history ALTER COLUMN era ${change};
  EXCEPTION WHEN undefined_column THEN END $$`

/** The statements that fill an empty, migrated database. They use only columns that every version has. */
export const filling = ({ communications, completed, organisations }: Dataset): ReadonlyArray<string> => {
  const contacts = Math.max(3, Math.ceil(300 / organisations))
  const organisation = `md5('organisation ' || i % ${organisations})::uuid`
  const user = `md5('user ' || i % ${organisations})::uuid`
  const created = "timestamptz '2026-01-01' + i * interval '1 second'"
  return [
    defaultEra("SET DEFAULT 0"),
    ...dropIndexes,
    `INSERT INTO sessions (token_hash, organisation, "user", expires_at)
      SELECT sha256(convert_to(upper(md5('token ' || i)), 'UTF8')), ${organisation}, ${user}, '9999-12-31'
      FROM generate_series(0, ${organisations - 1}) AS i`,
    `INSERT INTO contact_information (organisation, id, type, life_cycle_state, name, first_name, last_name, title,
        company_name, demographics, company_profile)
      SELECT md5('organisation ' || o)::uuid, md5('contact ' || c)::uuid, 'PERSON', 'MARKETING', 'Kathy Clark ' || c,
        'Kathy', 'Clark ' || c, 'Mrs', NULL, '${demographics}'::json, NULL
      FROM generate_series(0, ${organisations - 1}) AS o, generate_series(1, ${contacts - 1}) AS c
      UNION ALL
      SELECT md5('organisation ' || o)::uuid, md5('contact 0')::uuid, 'COMPANY', 'FINANCIAL', 'Aphrodite Shipping Ltd',
        'Eleni', 'Georgiou', 'Ms', 'Aphrodite Shipping Ltd', NULL, '${company_profile}'::json
      FROM generate_series(0, ${organisations - 1}) AS o`,
    `INSERT INTO communications (organisation, id, number, version, life_cycle_state, created_at, direction, media, subject,
        viewed_on, completed_at, completed_by, contact_information)
      SELECT ${organisation}, md5('communication ' || i)::uuid, i::text, 1 + (i <= ${completed})::int,
        CASE WHEN i <= ${completed} THEN 'COMPLETED' ELSE 'DRAFT' END, ${created},
        (ARRAY['OUTGOING', 'INCOMING'])[1 + i % 2], (ARRAY['EMAIL', 'SMS', 'PHONE', 'LETTER', 'FACE_TO_FACE'])[1 + i % 5],
        'Communication ' || i, CASE WHEN i % 3 = 0 THEN ${created} END,
        CASE WHEN i <= ${completed} THEN ${created} END, CASE WHEN i <= ${completed} THEN ${user} END,
        md5('contact ' || (i / ${organisations}) % ${contacts})::uuid
      FROM generate_series(1, ${communications}) AS i`,
    `INSERT INTO communication_history (organisation, communication, version, "from", "to", at, by, request_id)
      SELECT ${organisation}, md5('communication ' || i)::uuid, 1, NULL, 'DRAFT', ${created}, ${user}, 'create ' || i
      FROM generate_series(1, ${communications}) AS i
      UNION ALL
      SELECT ${organisation}, md5('communication ' || i)::uuid, 2, 'DRAFT', 'COMPLETED', ${created}, ${user}, 'complete ' || i
      FROM generate_series(1, ${completed}) AS i`,
    ...recreateIndexes,
    defaultEra("DROP DEFAULT"),
    "VACUUM (ANALYZE)",
    "CHECKPOINT"
  ]
}
