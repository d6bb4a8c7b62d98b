import { Context, type Effect } from "effect"
import type { ContactInformation } from "../domain/ContactInformation.ts"
import type {
  ContactInformationExists,
  ContactInformationNotFound,
  StorageUnavailable
} from "../domain/errors/index.ts"
import type { ContactInformationId, OrganisationId } from "../domain/Identity.ts"

/** The storage of contact information: whom an organisation communicates with. What is stored never changes. */
export class ContactInformations extends Context.Service<
  ContactInformations,
  {
    /** Stores a contact information, durably; `ContactInformationExists`, and nothing is stored, where its id is taken. */
    add(
      organisation: OrganisationId,
      contact: ContactInformation
    ): Effect.Effect<void, ContactInformationExists | StorageUnavailable>

    /** The contact information of that id; another organisation's is not found. */
    find(
      organisation: OrganisationId,
      id: ContactInformationId
    ): Effect.Effect<ContactInformation, ContactInformationNotFound | StorageUnavailable>
  }
>()("@communications/core/ContactInformations") {}
