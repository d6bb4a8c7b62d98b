/** How a statement waits for a synchronous standby. */
import type { SqlClient, Statement } from "effect/sql"

/**
 * A column that makes a statement wait, when it is committed, until a synchronous standby has every change that it has
 * read. PostgreSQL shows a change that the standby does not have yet if its connection was cancelled, or if the server
 * has crashed, while it waited for the standby. The column writes a message to PostgreSQL's write-ahead log, which
 * changes no table; on a standby that fails as read-only. Without a synchronous standby it writes and waits for nothing
 * (decision 18).
 */
export const replicated = (sql: SqlClient.SqlClient): Statement.Fragment =>
  sql`CASE WHEN current_setting('synchronous_standby_names') <> '' THEN
    pg_logical_emit_message(true, 'communications', pg_current_xact_id()::text)::text END AS replicated`
