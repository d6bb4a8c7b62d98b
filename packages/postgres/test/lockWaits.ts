/** Selects the sessions of the database that wait for a lock. */
export const lockWaits = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
