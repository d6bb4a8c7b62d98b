/** The metadata of responses, which clients read from headers. */
import { responseHeaders } from "../Headers.ts"
import type { Metadata } from "./ClientTypes.ts"

/** Reads the metadata of a response. `header` returns the value of a header, or nothing. */
export function readMetadata(header: (name: string) => string | null | undefined): Metadata
export function readMetadata(header: (name: string) => string | null | undefined): object {
  return Object.fromEntries(
    Object.entries(responseHeaders).flatMap(([name, { header: headerName, read }]) => {
      const text = header(headerName.toLowerCase())
      const value = text === undefined || text === null ? undefined : read(text)
      return value === undefined ? [] : [[name, value]]
    })
  )
}

const metadata = new WeakMap<object, Metadata>()

/** Remembers the metadata of the response that contained this data. */
export const remember = (data: object, from: Metadata) => metadata.set(data, from)

/**
 * The metadata of the response that a method of a client resolved to, for example `nextAfter` of a list. It is empty for
 * any other object.
 */
export const metadataOf = (data: object): Metadata => metadata.get(data) ?? {}
