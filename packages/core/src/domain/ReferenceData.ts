import { Schema } from "effect"
import { NonEmptyText, Text } from "./Text.ts"

/** The file of a country's flag: its name, where its content is, its mime type. */
export const File = Schema.Struct({
  file_name: Schema.NullOr(Text),
  file_content_url: Schema.NullOr(Text),
  file_mime_type: Schema.NullOr(Text)
}).annotate({ identifier: "File" })

/** An image: its id and its file. */
export const Image = Schema.Struct({ id: NonEmptyText, file: Schema.NullOr(File) }).annotate({ identifier: "Image" })

/** A country, identified by a short opaque id ("127"). */
export const Country = Schema.Struct({
  id: NonEmptyText,
  name: Schema.NullOr(Text),
  alternative_code: Schema.NullOr(Text),
  dialing_code: Schema.NullOr(Text),
  two_character_code: Schema.NullOr(Text),
  three_character_code: Schema.NullOr(Text),
  country_flag: Schema.NullOr(Image)
}).annotate({ identifier: "Country" })

/** An industry, identified by a short opaque id. */
export const Industry = Schema.Struct({
  id: NonEmptyText,
  name: Schema.NullOr(Text),
  code: Schema.NullOr(Text)
}).annotate({ identifier: "Industry" })

/** A sector of an industry, identified by a short opaque id. */
export const IndustrySector = Schema.Struct({
  id: NonEmptyText,
  name: Schema.NullOr(Text),
  alternative_code: Schema.NullOr(Text)
}).annotate({ identifier: "IndustrySector" })
