import type { EveryTable } from "../Tables.ts"

/**
 * The history of communications becomes the log that subscribers read (decision 9). An entry has the era in which it
 * was written, and the position that its first reader assigned. A subscription from `now` begins a new era and skips
 * entries of earlier eras. Eras and positions are in separate tables: a completion reads the era, and under
 * SERIALIZABLE would conflict with readers that assign positions in the same row.
 *
 * Events that some subscription has not read become entries of era 1, in the same order, and each subscription
 * continues after the last event that it has read. All other entries are of era 0. Earlier entries of the communication
 * of such an event get positions before it, so that a new reader gets the steps of each communication in order.
 *
 * The first statement waits for every open transaction that has written history. An older snapshot would miss their
 * entries, so if there are subscriptions, the transaction of the migration must be READ COMMITTED.
 */
export const oneLog = (table: EveryTable) => [
  `ALTER TABLE ${table.communication_history} ADD COLUMN era integer NOT NULL DEFAULT 0, ADD COLUMN position bigint`,
  `ALTER TABLE ${table.communication_history} ALTER COLUMN era DROP DEFAULT`,
  `DO $$ BEGIN
      IF current_setting('transaction_isolation') <> 'read committed' AND EXISTS (SELECT FROM ${table.subscriptions}) THEN
        RAISE EXCEPTION 'migrate in a transaction that is READ COMMITTED: this one is %',
          upper(current_setting('transaction_isolation'));
      END IF;
    END $$`,
  `CREATE TABLE ${table.log_eras} (
      one_row boolean PRIMARY KEY DEFAULT true,
      era integer NOT NULL,
      CONSTRAINT log_eras_one_row CHECK (one_row)
    )`,
  `CREATE TABLE ${table.log_positions} (
      one_row boolean PRIMARY KEY DEFAULT true,
      last bigint NOT NULL,
      CONSTRAINT log_positions_one_row CHECK (one_row)
    )`,
  `CREATE TABLE ${table.moved_events} AS
      WITH unread AS (
        SELECT transaction, position AS place, organisation, communication,
          row_number() OVER (ORDER BY transaction, position) AS rank,
          row_number() OVER (PARTITION BY organisation, communication ORDER BY transaction DESC, position DESC) AS nth
        FROM ${table.events} e
        WHERE (transaction, position) > (SELECT transaction, position FROM ${table.subscriptions} ORDER BY 1, 2 LIMIT 1)
      ), entries AS (
        SELECT organisation, communication, version, "from" IS NOT NULL AND "to" = 'COMPLETED' AS completes,
          row_number() OVER (
            PARTITION BY organisation, communication, "from" IS NOT NULL AND "to" = 'COMPLETED' ORDER BY version DESC
          ) AS nth
        FROM ${table.communication_history}
        WHERE (organisation, communication) IN (SELECT organisation, communication FROM unread)
      ), ranked AS (
        SELECT organisation, communication, version, unread.transaction, unread.place, unread.rank,
          min(unread.rank) OVER (
            PARTITION BY organisation, communication ORDER BY version ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
          ) AS before
        FROM (SELECT *, CASE WHEN completes THEN nth END AS nth_completion FROM entries) AS e
        LEFT JOIN (SELECT *, nth AS nth_completion FROM unread) AS unread
          USING (organisation, communication, nth_completion)
      )
      SELECT organisation, communication, version, transaction, place,
        row_number() OVER (ORDER BY before, version) AS position
      FROM ranked WHERE before IS NOT NULL`,
  `UPDATE ${table.communication_history} h
      SET position = m.position, era = CASE WHEN m.transaction IS NULL THEN 0 ELSE 1 END
      FROM ${table.moved_events} m
      WHERE h.organisation = m.organisation AND h.communication = m.communication AND h.version = m.version`,
  `ALTER TABLE ${table.subscriptions} RENAME COLUMN position TO place`,
  `ALTER TABLE ${table.subscriptions} ADD COLUMN era integer NOT NULL DEFAULT 1, ADD COLUMN position bigint`,
  `UPDATE ${table.subscriptions} s SET position = coalesce(
      (SELECT max(position) FROM ${table.moved_events} m WHERE (m.transaction, m.place) <= (s.transaction, s.place)), 0)`,
  `ALTER TABLE ${table.subscriptions}
      ALTER COLUMN era DROP DEFAULT, ALTER COLUMN position SET NOT NULL, DROP COLUMN transaction, DROP COLUMN place`,
  `INSERT INTO ${table.log_eras} (era) VALUES (1)`,
  `INSERT INTO ${table.log_positions} (last) SELECT count(*) FROM ${table.moved_events}`,
  `DROP TABLE ${table.moved_events}`,
  `CREATE INDEX communication_history_by_position ON ${table.communication_history} (position, era)`,
  `DROP TABLE ${table.events}`,
  `ALTER TABLE ${table.communications} DROP COLUMN told_in`
]
