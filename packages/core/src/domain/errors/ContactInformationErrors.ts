/** Refusals about contact information. */
import { Schema } from "effect"
import { ContactInformationId } from "../Identity.ts"
import { TaggedError } from "./TaggedError.ts"

/** The organisation has no contact information with this id. */
export class ContactInformationNotFound extends TaggedError<ContactInformationNotFound>()(
  "ContactInformationNotFound",
  { id: Schema.String }
) {
  override get message() {
    return `there is no contact information with id "${this.id}"`
  }
}

/** The organisation already has contact information with this id. */
export class ContactInformationExists extends TaggedError<ContactInformationExists>()("ContactInformationExists", {
  id: ContactInformationId
}) {
  override get message() {
    return `contact information with id "${this.id}" already exists`
  }
}
