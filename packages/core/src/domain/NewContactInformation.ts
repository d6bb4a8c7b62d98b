import { Schema, Struct } from "effect"
import { Company, type ContactInformation, Person } from "./ContactInformation.ts"
import type { ContactInformationId } from "./Identity.ts"
import { NonEmptyText } from "./Text.ts"
import { OrUnset } from "./Unset.ts"

const name = OrUnset(NonEmptyText)

/** A new person. Members that may be unset are optional; `name` defaults to the first and the last name. */
export const NewPerson = Schema.Struct({ ...Struct.omit(Person.fields, ["id"]), name }).annotate({
  identifier: "NewPerson"
})

/** A new company. Members that may be unset are optional; `name` defaults to `company_name`. */
export const NewCompany = Schema.Struct({ ...Struct.omit(Company.fields, ["id"]), name }).annotate({
  identifier: "NewCompany"
})

/** A new contact, as the caller describes it; the system assigns the id. */
export const NewContactInformation = Schema.Union([NewPerson, NewCompany]).annotate({
  identifier: "NewContactInformation"
})
export type NewContactInformation = typeof NewContactInformation.Type

/** Makes the contact with this id from its description. */
export const contactInformationOf = (id: ContactInformationId, given: NewContactInformation): ContactInformation =>
  given.type === "PERSON"
    ? { id, ...given, name: given.name ?? `${given.first_name} ${given.last_name}` }
    : { id, ...given, name: given.name ?? given.company_name }
