import { Schema } from "effect"

/** Text that every storage and transport can carry unchanged: well-formed Unicode without the character U+0000. */
export const Text = Schema.String.check(
  Schema.makeFilter((text: string) => text.isWellFormed() && !text.includes("\u0000"), {
    expected: "well-formed Unicode text without the character U+0000"
  })
).annotate({ identifier: "Text" })

/** Text of at least one character. */
export const NonEmptyText = Text.check(Schema.isNonEmpty()).annotate({ identifier: "NonEmptyText" })
