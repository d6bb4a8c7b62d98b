/** Says what a host or an operator can do about errors of PostgreSQL. */

const migrate =
  "The tables do not fit this version, or are in another schema: apply the pending migrations of this schema (npm run cli -- migrate, migrateHost or " +
  "migrate), or update the software if the tables are newer"

/** By SQLSTATE. Source: PostgreSQL, Appendix A. */
const remedies: { readonly [sqlState: string]: string } = {
  "25006": "Connect to a server and begin a transaction that accept changes",
  "25P01":
    "Run it in a transaction: on one connection between BEGIN and COMMIT, or on the handle of your library's transaction",
  "25P02": "Roll the transaction back: an earlier statement in it failed",
  "3F000": migrate,
  "40001": "Run the whole transaction again, at READ COMMITTED",
  "40P01": "Run the whole transaction again",
  "42501":
    "Grant the role the rights that the documentation lists under Roles, or migrate with the role that owns the tables",
  "42703": migrate,
  "42704": migrate,
  "42883": migrate,
  "42P01": migrate,
  "42P10": migrate,
  "53300": "Make the connection pools smaller, or raise max_connections of the server",
  "55P03": "Try again when the other transaction has ended, or raise lock_timeout",
  "57014": "Raise statement_timeout, if nobody cancelled the statement"
}

/** Adds to PostgreSQL's message what to do about the error. */
export const withRemedy = (message: string, sqlState: string | null): string => {
  const remedy = remedies[sqlState ?? ""]
  return remedy === undefined ? message : `${message}. ${remedy}`
}
