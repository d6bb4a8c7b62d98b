import { Schema } from "effect"
import { NonEmptyText, Text } from "./Text.ts"
import { OrUnset } from "./Unset.ts"

/** A file: its name, the URL of its content, and its MIME type. */
export const File = Schema.Struct({
  file_name: OrUnset(Text),
  file_content_url: OrUnset(Text),
  file_mime_type: OrUnset(Text)
}).annotate({ identifier: "File" })

/** An image: its id and its file. */
export const Image = Schema.Struct({ id: NonEmptyText, file: OrUnset(File) }).annotate({ identifier: "Image" })

/** A country, identified by a short opaque id ("127"). */
export const Country = Schema.Struct({
  id: NonEmptyText,
  name: OrUnset(Text),
  alternative_code: OrUnset(Text),
  dialing_code: OrUnset(Text),
  two_character_code: OrUnset(Text),
  three_character_code: OrUnset(Text),
  country_flag: OrUnset(Image)
}).annotate({ identifier: "Country" })

/** An industry, identified by a short opaque id. */
export const Industry = Schema.Struct({
  id: NonEmptyText,
  name: OrUnset(Text),
  code: OrUnset(Text)
}).annotate({ identifier: "Industry" })

/** A sector of an industry, identified by a short opaque id. */
export const IndustrySector = Schema.Struct({
  id: NonEmptyText,
  name: OrUnset(Text),
  alternative_code: OrUnset(Text)
}).annotate({ identifier: "IndustrySector" })
