/** The schemas of answers, as the document describes them. */
import { Schema, SchemaAST } from "effect"

/** The annotations of a schema whose members may be left out: under a name of its own. */
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

/** All fields of an answer, or, of each element of a list, those that `fields_set` may name, any of which may be left out. */
const allOrSome = (all: SchemaAST.AST, nameable: SchemaAST.AST): Schema.Top => {
  const [element, some] = [all, nameable].map((ast) => (SchemaAST.isArrays(ast) ? ast.rest[0] : undefined))
  return element !== undefined && some !== undefined
    ? Schema.Array(allOrSome(element, some))
    : Schema.Union([Schema.make(all), Schema.make(sparse(nameable))])
}

const Ok = Schema.Struct({ code: Schema.Literal("OK"), message: Schema.Null, description: Schema.Null })

/** The schema of the body of a success. */
export const successOf = (answer: Schema.Top, nameable?: Schema.Top) =>
  Schema.Struct({
    status: Ok,
    data: nameable === undefined ? answer : allOrSome(Schema.toType(answer).ast, Schema.toType(nameable).ast)
  })
