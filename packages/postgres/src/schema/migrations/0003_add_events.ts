import type { EveryTable } from "../Tables.ts"

/**
 * What is told to subscribers, and how far each of them has come.
 *
 * Events are read in the order (transaction, position), up to the oldest transaction that is still open: what such a one
 * will have written stands behind that, so that no reader passes it. A communication keeps the last transaction that
 * an event of it was told under, so that its next event never stands before that one, in whatever order the transactions
 * were begun. Neither is anybody's data alone, so that neither key begins with an organisation.
 */
export const addEvents = (table: EveryTable) => [
  `ALTER TABLE ${table.communications} ADD COLUMN told_in xid8`,
  `CREATE TABLE ${table.events} (
    transaction xid8 NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    type text NOT NULL,
    payload_version integer NOT NULL,
    organisation uuid NOT NULL,
    communication uuid NOT NULL,
    at timestamptz NOT NULL,
    by uuid NOT NULL,
    request_id text,
    PRIMARY KEY (transaction, position),
    CONSTRAINT events_type CHECK (type = 'CommunicationCompleted' AND payload_version = 1)
  )`,
  `CREATE INDEX events_by_time ON ${table.events} (at, transaction, position)`,
  `CREATE TABLE ${table.subscriptions} (
    subscription text COLLATE "C" PRIMARY KEY,
    transaction xid8 NOT NULL,
    position bigint NOT NULL,
    holder text,
    held_until timestamptz NOT NULL DEFAULT '-infinity'
  )`
]
