import type { migrationsTable } from "./Migrations.ts"
import { quote, type tablesIn } from "./Tables.ts"

/** The rights that a role needs to serve. */
interface Grant {
  readonly rights: string
  readonly on: ReadonlyArray<keyof ReturnType<typeof tablesIn> | typeof migrationsTable>
}

/** By purpose: the server needs all of them, a host those of the parts that it uses. */
const grantsOf: Readonly<Record<string, ReadonlyArray<Grant>>> = {
  "communications.* and contact_information.* for a caller": [
    { rights: "SELECT, INSERT", on: ["contact_information", "communication_history"] },
    { rights: "SELECT, INSERT, UPDATE", on: ["communications", "communication_numbers"] },
    { rights: "SELECT", on: ["log_eras"] }
  ],
  subscriptions: [
    { rights: "UPDATE", on: ["communication_history", "log_eras"] },
    { rights: "SELECT, UPDATE", on: ["log_positions"] },
    { rights: "SELECT, INSERT, UPDATE, DELETE", on: ["subscriptions", "parked_events"] }
  ],
  "log-ins and tokens; INSERT adds organisations and users": [
    { rights: "SELECT, INSERT, UPDATE, DELETE", on: ["sessions", "attempts"] },
    { rights: "SELECT, INSERT", on: ["organisations", "users"] },
    { rights: "UPDATE", on: ["users"] }
  ],
  "to check at each start that no migration is pending": [{ rights: "SELECT", on: ["communications_migrations"] }]
}

/** What `grantsSql` needs: the schema of the tables, and a role that exists. */
export interface GrantsOptions {
  readonly schema: string
  readonly role: string
}

/**
 * The SQL that grants a role the rights to serve, with the purpose of each as a comment; a host that does not use a part can
 * omit its rights. The owner of the tables, or an administrator, runs it after each migration that adds a table.
 */
export const grantsSql = (options: GrantsOptions): string => {
  const [schema, role] = [quote(options.schema), quote(options.role)]
  const statements = Object.entries(grantsOf).flatMap(([purpose, grants]) => [
    `-- ${purpose}`,
    ...grants.map(
      ({ rights, on }) => `GRANT ${rights} ON ${on.map((table) => `${schema}.${table}`).join(", ")} TO ${role};`
    )
  ])
  return [`GRANT USAGE ON SCHEMA ${schema} TO ${role};`, ...statements].join("\n")
}
