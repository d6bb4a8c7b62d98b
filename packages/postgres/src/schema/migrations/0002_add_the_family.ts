import type { EveryTable } from "../Tables.ts"

/**
 * The methods of the API besides completing: details and lists of communications, their history, the last number of
 * each organisation, organisations and users, and login attempts.
 *
 * The indexes have each combination of state, direction and media in the order of a list, so that a list costs the same
 * however many other communications there are (decision 11). Organisations have a unique name, and attempts a hash as
 * their key, because a caller that logs in has no organisation yet (decision 12).
 */
export const addTheFamily = (table: EveryTable) => [
  `ALTER TABLE ${table.communications}
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN direction text COLLATE "C" NOT NULL DEFAULT 'OUTGOING',
    ADD COLUMN media text COLLATE "C" NOT NULL DEFAULT 'EMAIL',
    ADD COLUMN content text,
    ADD CONSTRAINT communications_direction CHECK (direction IN ('INCOMING', 'OUTGOING')),
    ADD CONSTRAINT communications_media CHECK (media IN ('EMAIL', 'SMS', 'PHONE', 'LETTER', 'FACE_TO_FACE'))`,
  `ALTER TABLE ${table.communications}
    ALTER COLUMN created_at DROP DEFAULT, ALTER COLUMN direction DROP DEFAULT, ALTER COLUMN media DROP DEFAULT`,
  `CREATE INDEX communications_by_state
    ON ${table.communications} (organisation, life_cycle_state, direction, media, created_at, id)`,
  `CREATE INDEX communications_by_contact
    ON ${table.communications}
      (organisation, contact_information, life_cycle_state, direction, media, created_at, id)`,
  `CREATE TABLE ${table.communication_history} (
    organisation uuid NOT NULL,
    communication uuid NOT NULL,
    version integer NOT NULL,
    "from" text,
    "to" text NOT NULL,
    at timestamptz NOT NULL,
    by uuid NOT NULL,
    request_id text,
    PRIMARY KEY (organisation, communication, version),
    CONSTRAINT communication_history_communication FOREIGN KEY (organisation, communication)
      REFERENCES ${table.communications} (organisation, id),
    CONSTRAINT communication_history_step CHECK (
      coalesce("from", 'DRAFT') IN ('DRAFT', 'COMPLETED') AND "to" IN ('DRAFT', 'COMPLETED') AND "from" IS DISTINCT FROM "to"
    )
  )`,
  `CREATE TABLE ${table.communication_numbers} (
    organisation uuid PRIMARY KEY,
    last bigint NOT NULL
  )`,
  `CREATE TABLE ${table.organisations} (
    organisation uuid PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    CONSTRAINT organisations_name_unique UNIQUE (name),
    CONSTRAINT organisations_name CHECK (char_length(name) BETWEEN 1 AND 100)
  )`,
  `CREATE TABLE ${table.users} (
    organisation uuid NOT NULL,
    "user" uuid NOT NULL,
    username text COLLATE "C" NOT NULL,
    password_hash text NOT NULL,
    PRIMARY KEY (organisation, "user"),
    CONSTRAINT users_username_unique UNIQUE (organisation, username),
    CONSTRAINT users_username CHECK (char_length(username) BETWEEN 1 AND 100),
    CONSTRAINT users_organisation FOREIGN KEY (organisation) REFERENCES ${table.organisations} (organisation)
  )`,
  `CREATE TABLE ${table.attempts} (
    key_hash bytea PRIMARY KEY,
    full_at timestamptz NOT NULL,
    CONSTRAINT attempts_key_hash CHECK (octet_length(key_hash) = 32)
  )`,
  `CREATE INDEX attempts_by_time ON ${table.attempts} (full_at)`,
  `CREATE INDEX sessions_by_time ON ${table.sessions} (expires_at)`,
  `CREATE INDEX sessions_by_user ON ${table.sessions} (organisation, "user")`
]
