/** What the API answers when all went well. */
import { CommunicationData } from "@communications/core"
import { Schema, SchemaAST } from "effect"

/** A shape of which every member, however deep, may be left out: what `fields_set` makes of it. */
export type Sparse<A> = A extends object ? { readonly [Name in keyof A]?: Sparse<A[Name]> } : A

const sparse = (ast: SchemaAST.AST): SchemaAST.AST => {
  if (SchemaAST.isUnion(ast)) return new SchemaAST.Union(ast.types.map(sparse), ast.options, ast.annotations)
  if (!SchemaAST.isObjects(ast)) return ast
  const members = ast.propertySignatures.map(
    ({ name, type }) => new SchemaAST.PropertySignature(name, Schema.optionalKey(Schema.make(sparse(type))).ast)
  )
  return new SchemaAST.Objects(members, ast.indexSignatures, ast.annotations)
}

/** A communication as far as `fields_set` asked for it. */
export const SparseCommunication = Schema.make<Schema.Codec<Sparse<CommunicationData>>>(sparse(CommunicationData.ast))

const Ok = Schema.Struct({ code: Schema.Literal("OK"), message: Schema.Null, description: Schema.Null })

/** The envelope around what is answered. */
export const AnswerOf = <Data extends Schema.Constraint>(data: Data) => Schema.Struct({ status: Ok, data })

/** An answer, in its envelope. */
export const answer = <Data>(data: Data) =>
  ({ status: { code: "OK", message: null, description: null }, data }) as const
