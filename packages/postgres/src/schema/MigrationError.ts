import { Predicate } from "effect"
import { Migrator } from "effect/sql"
import { sqlStateOf } from "../statements/SqlState.ts"

/** Whether an error comes from the network or the driver: its message may contain an address. */
const mayHaveAddress = (cause: unknown): boolean => Predicate.hasProperty(cause, "code") && sqlStateOf(cause) === null

/** Effect's `MigrationError`. Its JSON has no cause and no address; `console.error` shows both. */
export class MigrationError extends Migrator.MigrationError {
  override toJSON() {
    const { _tag, kind, cause } = this
    return { _tag, kind, message: mayHaveAddress(cause) ? "the database cannot be reached" : this.message }
  }
}
