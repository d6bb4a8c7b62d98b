/** What was seen of a communication when it was told who asks for it. */
import type { CommunicationIdentifier, OrganisationId } from "@communications/core"
import type { SqlClient } from "effect/sql"
import type { Row } from "./Rows.ts"

/** Where and of what a row was seen. */
interface Sight {
  readonly client: SqlClient.SqlClient
  readonly organisation: OrganisationId
  readonly identifier: CommunicationIdentifier
}

/** A row as it was at some moment; private, so that nothing that prints a caller shows it. */
export class Glance {
  readonly #sight: Sight
  readonly #row: Row

  constructor(sight: Sight, row: Row) {
    this.#sight = sight
    this.#row = row
  }

  /** The row, where it is of that communication in that database. */
  rowOf({ client, organisation, identifier }: Sight): Row | undefined {
    const { client: ours, organisation: theirs, identifier: about } = this.#sight
    return client === ours && organisation === theirs && identifier === about ? this.#row : undefined
  }
}
