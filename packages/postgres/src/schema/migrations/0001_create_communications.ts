import type { EveryTable } from "../Tables.ts"

/**
 * Communications, contact information and sessions.
 *
 * Every key begins with the organisation, so that the tables can be sharded by it (decision 4). Sessions are the one
 * exception: a request brings only a token, and its session determines the organisation.
 */
export const createCommunications = ({ communications, contact_information, sessions }: EveryTable) => [
  `CREATE TABLE ${contact_information} (
    organisation uuid NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    life_cycle_state text NOT NULL,
    name text NOT NULL,
    first_name text,
    middle_name text,
    last_name text,
    title text,
    company_name text,
    demographics jsonb,
    company_profile jsonb,
    PRIMARY KEY (organisation, id),
    CONSTRAINT contact_information_life_cycle_state CHECK (life_cycle_state IN ('MARKETING', 'FINANCIAL')),
    CONSTRAINT contact_information_name CHECK (name <> ''),
    CONSTRAINT contact_information_type CHECK (
      CASE type
        WHEN 'PERSON' THEN coalesce(first_name, '') <> '' AND coalesce(last_name, '') <> ''
          AND demographics IS NOT NULL AND company_profile IS NULL
        WHEN 'COMPANY' THEN coalesce(company_name, '') <> ''
          AND demographics IS NULL AND company_profile IS NOT NULL
        ELSE false
      END
    )
  )`,
  `CREATE TABLE ${communications} (
    organisation uuid NOT NULL,
    id uuid NOT NULL,
    number text COLLATE "C" NOT NULL,
    version integer NOT NULL DEFAULT 1,
    life_cycle_state text NOT NULL,
    subject text,
    viewed_on timestamptz,
    completed_at timestamptz,
    completed_by uuid,
    contact_information uuid NOT NULL,
    PRIMARY KEY (organisation, id),
    CONSTRAINT communications_number_unique UNIQUE (organisation, number),
    CONSTRAINT communications_number CHECK (char_length(number) BETWEEN 1 AND 100),
    CONSTRAINT communications_contact_information FOREIGN KEY (organisation, contact_information)
      REFERENCES ${contact_information} (organisation, id),
    CONSTRAINT communications_life_cycle_state CHECK (
      CASE life_cycle_state
        WHEN 'DRAFT' THEN completed_at IS NULL AND completed_by IS NULL
        WHEN 'COMPLETED' THEN completed_at IS NOT NULL AND completed_by IS NOT NULL
        ELSE false
      END
    )
  )`,
  `CREATE TABLE ${sessions} (
    token_hash bytea PRIMARY KEY,
    organisation uuid NOT NULL,
    "user" uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sessions_token_hash CHECK (octet_length(token_hash) = 32)
  )`
]
