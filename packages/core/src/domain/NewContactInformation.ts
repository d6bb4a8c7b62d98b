import { Schema, Struct } from "effect"
import { Company, type ContactInformation, Person } from "./ContactInformation.ts"
import type { ContactInformationId } from "./Identity.ts"
import { NonEmptyText } from "./Text.ts"
import { OrUnset } from "./Unset.ts"

const name = OrUnset(NonEmptyText)

/** A person as a caller describes it: what may be unset may be left out, and `name` is then made of its parts. */
export const NewPerson = Schema.Struct({ ...Struct.omit(Person.fields, ["id"]), name }).annotate({
  identifier: "NewPerson"
})

/** A company as a caller describes it: what may be unset may be left out, and `name` is then its `company_name`. */
export const NewCompany = Schema.Struct({ ...Struct.omit(Company.fields, ["id"]), name }).annotate({
  identifier: "NewCompany"
})

/** A contact information as a caller describes it; the id is given by the system. */
export const NewContactInformation = Schema.Union([NewPerson, NewCompany]).annotate({
  identifier: "NewContactInformation"
})
export type NewContactInformation = typeof NewContactInformation.Type

/** The contact information that is described, under its id. */
export const contactInformationOf = (id: ContactInformationId, given: NewContactInformation): ContactInformation =>
  given.type === "PERSON"
    ? { id, ...given, name: given.name ?? `${given.first_name} ${given.last_name}` }
    : { id, ...given, name: given.name ?? given.company_name }
