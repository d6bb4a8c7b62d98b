/** What the API answers when all went well. */
import {
  CommunicationData,
  CommunicationDetails,
  CommunicationWithHistory,
  ContactInformation
} from "@communications/core"
import { Schema, SchemaAST } from "effect"

/** A shape of which every member, however deep, may be left out: what `fields_set` makes of it. */
export type Sparse<A> =
  A extends ReadonlyArray<infer Element>
    ? ReadonlyArray<Sparse<Element>>
    : A extends object
      ? { readonly [Name in keyof A]?: Sparse<A[Name]> }
      : A

const sparse = (ast: SchemaAST.AST): SchemaAST.AST => {
  if (SchemaAST.isUnion(ast)) return new SchemaAST.Union(ast.types.map(sparse), ast.options, ast.annotations)
  if (SchemaAST.isArrays(ast)) {
    return new SchemaAST.Arrays(ast.isMutable, ast.elements.map(sparse), ast.rest.map(sparse), ast.annotations)
  }
  if (!SchemaAST.isObjects(ast)) return ast
  const members = ast.propertySignatures.map(
    ({ name, type }) => new SchemaAST.PropertySignature(name, Schema.optionalKey(Schema.make(sparse(type))).ast)
  )
  return new SchemaAST.Objects(members, ast.indexSignatures, ast.annotations)
}

const SparseOf = <A, I>(schema: Schema.Codec<A, I>) =>
  Schema.make<Schema.Codec<Sparse<A>>>(sparse(Schema.toType(schema).ast))

/** A communication as far as `fields_set` asked for it. */
export const SparseCommunication = SparseOf(CommunicationData)

/** A communication with all its details, as far as `fields_set` asked for them. */
export const SparseDetails = SparseOf(CommunicationDetails)

/** A communication with its history, as far as `fields_set` asked for them. */
export const SparseHistory = SparseOf(CommunicationWithHistory)

/** A contact information as far as `fields_set` asked for it. */
export const SparseContact = SparseOf(ContactInformation)

const Ok = Schema.Struct({ code: Schema.Literal("OK"), message: Schema.Null, description: Schema.Null })

/** The envelope around what is answered. */
export const AnswerOf = <Data extends Schema.Constraint>(data: Data) => Schema.Struct({ status: Ok, data })

/** An answer, in its envelope. */
export const answer = <Data>(data: Data) =>
  ({ status: { code: "OK", message: null, description: null }, data }) as const
