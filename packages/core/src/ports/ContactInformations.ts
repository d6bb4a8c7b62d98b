import { Context, type Effect } from "effect"
import type { ContactInformation } from "../domain/ContactInformation.ts"
import type {
  ContactInformationExists,
  ContactInformationNotFound,
  StorageUnavailable
} from "../domain/errors/index.ts"
import type { ContactInformationId, OrganisationId } from "../domain/Identity.ts"

/** Stores the contacts of organisations. A stored contact never changes. */
export class ContactInformations extends Context.Service<
  ContactInformations,
  {
    /** Stores a contact durably. If its id exists, it fails with `ContactInformationExists` and stores nothing. */
    add(
      organisation: OrganisationId,
      contact: ContactInformation
    ): Effect.Effect<void, ContactInformationExists | StorageUnavailable>

    /** Returns the contact with this id; a contact of another organisation is not found. */
    find(
      organisation: OrganisationId,
      id: ContactInformationId
    ): Effect.Effect<ContactInformation, ContactInformationNotFound | StorageUnavailable>
  }
>()("@communications/core/ContactInformations") {}
