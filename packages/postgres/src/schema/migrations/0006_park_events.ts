import type { EveryTable } from "../Tables.ts"

/**
 * Events that a subscription has set aside, because its handler failed too often. A subscription has at most one for
 * each communication: the later events of the communication follow from its history. `version` is the first version that
 * is delivered once the event is released.
 */
export const parkEvents = (table: EveryTable) => [
  `CREATE TABLE ${table.parked_events} (
    organisation uuid NOT NULL,
    communication uuid NOT NULL,
    subscription text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    event uuid NOT NULL,
    error text NOT NULL,
    attempts integer NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    released boolean NOT NULL DEFAULT false,
    PRIMARY KEY (organisation, communication, subscription),
    CONSTRAINT parked_events_subscription FOREIGN KEY (subscription) REFERENCES ${table.subscriptions} ON DELETE CASCADE
  )`,
  `CREATE INDEX parked_events_by_subscription ON ${table.parked_events} (subscription, released)`
]
