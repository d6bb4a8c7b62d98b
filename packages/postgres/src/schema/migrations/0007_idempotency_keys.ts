import type { EveryTable } from "../Tables.ts"

/**
 * The idempotency keys of requests, each in the row that its request wrote: a history entry, or a contact. The
 * fingerprint is the SHA-256 of what was requested. A contact also has the user who owns the key. Existing rows
 * have no key, so that the constraints need not read them (`NOT VALID`). They are statements of their own, as Citus
 * requires. Migration 9 makes the keys unique.
 */
export const idempotencyKeys = (table: EveryTable) => [
  `ALTER TABLE ${table.communication_history}
    ADD COLUMN idempotency_key text COLLATE "C",
    ADD COLUMN idempotency_fingerprint bytea`,
  `ALTER TABLE ${table.communication_history}
    ADD CONSTRAINT communication_history_idempotency CHECK (
      (idempotency_key IS NULL) = (idempotency_fingerprint IS NULL)
      AND char_length(idempotency_key) BETWEEN 1 AND 255 AND octet_length(idempotency_fingerprint) = 32
    ) NOT VALID`,
  `ALTER TABLE ${table.contact_information}
    ADD COLUMN idempotency_by uuid,
    ADD COLUMN idempotency_key text COLLATE "C",
    ADD COLUMN idempotency_fingerprint bytea`,
  `ALTER TABLE ${table.contact_information}
    ADD CONSTRAINT contact_information_idempotency CHECK (
      (idempotency_key IS NULL) = (idempotency_fingerprint IS NULL) AND (idempotency_key IS NULL) = (idempotency_by IS NULL)
      AND char_length(idempotency_key) BETWEEN 1 AND 255 AND octet_length(idempotency_fingerprint) = 32
    ) NOT VALID`
]
