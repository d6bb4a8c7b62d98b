import { Context, type Effect } from "effect"
import type { ContactInformation } from "../domain/ContactInformation.ts"
import type { ContactInformationQuery } from "../domain/ContactInformationQuery.ts"
import type {
  ContactInformationExists,
  ContactInformationNotFound,
  IdempotencyKeyReused,
  StorageUnavailable
} from "../domain/errors/index.ts"
import type { IdempotencyKey, MadeByKey } from "../domain/Idempotency.ts"
import type { ContactInformationId, OrganisationId, UserId } from "../domain/Identity.ts"
import type { Act } from "../domain/LifeCycle.ts"

/** Stores the contacts of organisations. A stored contact never changes. */
export class ContactInformations extends Context.Service<
  ContactInformations,
  {
    /**
     * Stores a contact durably. If its id exists, it fails with `ContactInformationExists` and stores nothing. If the act
     * has an idempotency key, it is stored with the contact; if an earlier act of the same user has stored the same key,
     * it fails with `IdempotencyKeyReused` and stores nothing.
     */
    add(
      organisation: OrganisationId,
      contact: ContactInformation,
      act?: Pick<Act, "by" | "idempotency">
    ): Effect.Effect<void, ContactInformationExists | IdempotencyKeyReused | StorageUnavailable>

    /** Returns the contact that an act of this user with this idempotency key stored; undefined if there is none. */
    findByKey(
      organisation: OrganisationId,
      by: UserId,
      key: IdempotencyKey
    ): Effect.Effect<MadeByKey<ContactInformation> | undefined, StorageUnavailable>

    /** Returns the contact with this id; a contact of another organisation is not found. */
    find(
      organisation: OrganisationId,
      id: ContactInformationId
    ): Effect.Effect<ContactInformation, ContactInformationNotFound | StorageUnavailable>

    /**
     * Returns at most `limit` matching contacts of the organisation, newest first. The order of those that were stored
     * in the same millisecond is stable, but not defined. A name matches if it begins with `name`, whatever the case and
     * the accents of both. An `after` that the organisation does not have returns an empty list; the contact of `after`
     * itself need not match.
     */
    list(
      organisation: OrganisationId,
      query: ContactInformationQuery
    ): Effect.Effect<ReadonlyArray<ContactInformation>, StorageUnavailable>
  }
>()("@communications/core/ContactInformations") {}
