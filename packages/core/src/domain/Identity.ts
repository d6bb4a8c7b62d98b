import { Schema } from "effect"
import { NonEmptyText } from "./Text.ts"

/** The form of every id: 128 bits, written as 32 upper-case hexadecimal digits. */
const Hex32 = Schema.String.check(Schema.isPattern(/^[0-9A-F]{32}$/u, { expected: "32 upper-case hexadecimal digits" }))

/** Identifies an organisation, which owns its data. Every stored key begins with its id (decision 4). */
export const OrganisationId = Hex32.pipe(Schema.brand("OrganisationId"))
export type OrganisationId = typeof OrganisationId.Type

/** Identifies a user of an organisation. */
export const UserId = Hex32.pipe(Schema.brand("UserId"))
export type UserId = typeof UserId.Type

/** Identifies a communication within its organisation. */
export const CommunicationId = Hex32.pipe(Schema.brand("CommunicationId"))
export type CommunicationId = typeof CommunicationId.Type

/** The number that people use for a communication ("41", "CM000680"): opaque text of 1 to 100 characters. */
export const CommunicationNumber = NonEmptyText.check(Schema.isMaxLength(100)).pipe(Schema.brand("CommunicationNumber"))
export type CommunicationNumber = typeof CommunicationNumber.Type

/** Identifies contact information within its organisation. */
export const ContactInformationId = Hex32.pipe(Schema.brand("ContactInformationId"))
export type ContactInformationId = typeof ContactInformationId.Type

/** Identifies an event. */
export const EventId = Hex32.pipe(Schema.brand("EventId"))
export type EventId = typeof EventId.Type

/** The name of an organisation, or of a user in it: 1 to 100 characters, no control characters, no blanks around it. */
export const Name = NonEmptyText.check(
  Schema.isMaxLength(100),
  Schema.isPattern(/^(?!\s)\P{Cc}+(?<!\s)$/u, { expected: "no blanks around it, and no control characters in it" })
).pipe(Schema.brand("Name"))
export type Name = typeof Name.Type

/** Converts an id to upper case without hyphens. Callers may pass hexadecimal digits in either case, or a UUID. */
export const hexOf = (given: string): string =>
  given
    .replace(/^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i, "$1$2$3$4$5")
    .replace(/[a-f]/g, (digit) => digit.toUpperCase())
