import { Schema } from "effect"
import { Direction, Media } from "./Communication.ts"
import { Text } from "./Text.ts"

const OptionalText = Schema.optional(Schema.NullOr(Text))

/** A draft as a caller describes it, and the id of its contact; the number and the id of the draft are given by the system. */
export const NewDraft = Schema.Struct({
  contact_information: Schema.String,
  direction: Direction,
  media: Media,
  subject: OptionalText,
  content: OptionalText
}).annotate({ identifier: "NewDraft" })
export type NewDraft = typeof NewDraft.Type
