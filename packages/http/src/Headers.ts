/**
 * The header of each option and of all metadata of operations. This file imports nothing at run time, so that clients
 * stay small.
 */
import type { MetadataName, OptionName } from "@communications/core"

/** A header: its name, as the documentation writes it, and how its value becomes text and back. */
export interface Header {
  readonly header: string
  readonly write: (value: unknown) => string
  /** Returns `undefined` for malformed text. */
  readonly read: (text: string) => unknown
}

/** A header of requests; `expected` is its form, if it is not that of the option itself. */
export interface RequestHeader extends Header {
  readonly expected?: string
}

const tagOf = (version: unknown): string => `"${version}"`

/** The version of a tag; `undefined` for any other tag, and for weak ones, which never match (RFC 9110, 13.1.1). */
const versionOf = (tag: string): number | undefined => {
  const version = Number(/^"([1-9][0-9]{0,9})"$/.exec(tag)?.[1])
  return version < 2 ** 31 ? version : undefined
}

const tag = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g
const tags = new RegExp(`^[ \\t,]*${tag.source}([ \\t]*,([ \\t]*${tag.source})?)*[ \\t]*$`)

/** The request headers that options are sent in. */
export const requestHeaders = {
  idempotencyKey: { header: "Idempotency-Key", write: String, read: (text) => text },
  expectedVersion: {
    header: "If-Match",
    write: (expected) => (expected === null ? "*" : [expected].flat().map(tagOf).join(", ")),
    read: (text) => {
      if (text === "*") return null
      return tags.test(text) ? [...text.matchAll(tag)].flatMap(([tag]) => versionOf(tag) ?? []) : undefined
    },
    expected: 'the ETag of a communication, such as "7"; several with commas between them; or *'
  }
} satisfies Readonly<Record<OptionName, RequestHeader>>

/** The response headers that metadata is sent in. */
export const responseHeaders = {
  replayed: {
    ...{ header: "Idempotency-Replayed", write: String },
    read: (text) => (text === "true" ? true : undefined)
  },
  // A proxy that compresses the response makes its tag weak.
  version: { header: "ETag", write: tagOf, read: (text) => versionOf(text.replace(/^W\//, "")) },
  nextAfter: { header: "X-Next-After", write: String, read: (text) => text }
} satisfies Readonly<Record<MetadataName, Header>>

/** Writes values as headers. Members without a header are ignored. */
export const writeHeaders = (
  headers: Readonly<Record<string, Header>>,
  values: object
): Readonly<Record<string, string>> => {
  const written: Record<string, string> = {}
  for (const [name, value] of Object.entries(values)) {
    const header = headers[name]
    if (header !== undefined && value !== undefined) written[header.header.toLowerCase()] = header.write(value)
  }
  return written
}

/** Writes the options of a method as headers. Throws a `TypeError` if no method has one of them. */
export const writeOptions = (options: object): Readonly<Record<string, string>> => {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(requestHeaders, name))
  if (unknown !== undefined) throw new TypeError(`no method has the option ${unknown}`)
  return writeHeaders(requestHeaders, options)
}
