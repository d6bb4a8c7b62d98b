/** The rights that a role needs to serve, for the documents. */
import type { tablesIn } from "../../packages/postgres/src/schema/Tables.ts"

interface Grant {
  readonly rights: string
  readonly on: ReadonlyArray<keyof ReturnType<typeof tablesIn> | "communications_migrations">
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

/** The block of SQL that grants a role the rights to serve on the tables of a schema. */
export const grants = (schema: string, role: string): string => {
  const statements = Object.entries(grantsOf).flatMap(([purpose, grants]) => [
    `-- ${purpose}`,
    ...grants.map(
      ({ rights, on }) => `GRANT ${rights} ON ${on.map((table) => `${schema}.${table}`).join(", ")} TO ${role};`
    )
  ])
  return ["```sql", `GRANT USAGE ON SCHEMA ${schema} TO ${role};`, ...statements, "```"].join("\n")
}
