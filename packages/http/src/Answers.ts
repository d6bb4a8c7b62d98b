/** What the API answers when all went well. */
import { Schema, SchemaAST } from "effect"

/** A shape of which every member, however deep, may be left out: what `fields_set` makes of it. */
export type Sparse<A> = A extends string | number | boolean
  ? A
  : A extends ReadonlyArray<infer Element>
    ? ReadonlyArray<Sparse<Element>>
    : A extends object
      ? { readonly [Name in keyof A]?: Sparse<A[Name]> }
      : A

/** The annotations of what is sparse: under a name of its own. */
const named = ({ annotations }: SchemaAST.AST) =>
  annotations?.identifier === undefined
    ? annotations
    : { ...annotations, identifier: `SomeOf${annotations.identifier}` }

const sparse = (ast: SchemaAST.AST): SchemaAST.AST => {
  if (SchemaAST.isUnion(ast)) return new SchemaAST.Union(ast.types.map(sparse), ast.options, named(ast))
  if (SchemaAST.isArrays(ast)) {
    return new SchemaAST.Arrays(ast.isMutable, ast.elements.map(sparse), ast.rest.map(sparse), ast.annotations)
  }
  if (!SchemaAST.isObjects(ast)) return ast
  const members = ast.propertySignatures.map(
    ({ name, type }) => new SchemaAST.PropertySignature(name, Schema.optionalKey(Schema.make(sparse(type))).ast)
  )
  return new SchemaAST.Objects(members, ast.indexSignatures, named(ast))
}

const SparseOf = <A, I>(schema: Schema.Codec<A, I>) =>
  Schema.make<Schema.Codec<Sparse<A>>>(sparse(Schema.toType(schema).ast))

/** What is answered of something: all its fields, or, where `fields_set` named some, those of what it may name. */
export const AllOrSome = <A, I, B = A, J = I>(all: Schema.Codec<A, I>, nameable: Schema.Codec<B, J>) =>
  Schema.Union([Schema.toType(all), SparseOf(nameable)])

const Ok = Schema.Struct({ code: Schema.Literal("OK"), message: Schema.Null, description: Schema.Null })

/** The envelope around what is answered. */
export const AnswerOf = <Data extends Schema.Constraint>(data: Data) => Schema.Struct({ status: Ok, data })

/** An answer, in its envelope. */
export const answer = <Data>(data: Data) =>
  ({ status: { code: "OK", message: null, description: null }, data }) as const
