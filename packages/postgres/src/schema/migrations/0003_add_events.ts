import type { EveryTable } from "../Tables.ts"

/**
 * Events for subscribers, and the position of each subscription. Migration 0005 replaces these events (decision 9).
 *
 * Readers order events by (transaction, position) and stop at the oldest open transaction: it may still write events,
 * but only after that point, so no reader skips them. `told_in` is the largest transaction id of a communication's
 * events, and its next event has at least this id, so that its events stay in order whatever the order in which
 * transactions began. A subscription reads the events of all organisations, so neither key begins with an organisation.
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
