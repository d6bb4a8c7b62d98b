/** The schemas of successful responses in the OpenAPI document. */
import { Schema, SchemaAST } from "effect"

/** The annotations of a sparse schema. It needs another name than the full schema. */
const sparseAnnotations = ({ annotations }: SchemaAST.AST) =>
  annotations?.identifier === undefined
    ? annotations
    : { ...annotations, identifier: `SomeOf${annotations.identifier}` }

/** A schema with the same members, all optional at every depth. */
const sparse = (ast: SchemaAST.AST): SchemaAST.AST => {
  if (SchemaAST.isUnion(ast)) return new SchemaAST.Union(ast.types.map(sparse), ast.options, sparseAnnotations(ast))
  if (SchemaAST.isArrays(ast)) {
    return new SchemaAST.Arrays(ast.isMutable, ast.elements.map(sparse), ast.rest.map(sparse), ast.annotations)
  }
  if (!SchemaAST.isObjects(ast)) return ast
  const members = ast.propertySignatures.map(
    ({ name, type }) => new SchemaAST.PropertySignature(name, Schema.optionalKey(Schema.make(sparse(type))).ast)
  )
  return new SchemaAST.Objects(members, ast.indexSignatures, sparseAnnotations(ast))
}

/** Either all fields or any of the nameable ones: `fields_set` chooses. In a list, the schema of each element. */
const allOrSome = (all: SchemaAST.AST, nameable: SchemaAST.AST): Schema.Top => {
  const [element, some] = [all, nameable].map((ast) => (SchemaAST.isArrays(ast) ? ast.rest[0] : undefined))
  return element !== undefined && some !== undefined
    ? Schema.Array(allOrSome(element, some))
    : Schema.Union([Schema.make(all), Schema.make(sparse(nameable))])
}

const Ok = Schema.Struct({ code: Schema.Literal("OK"), message: Schema.Null, description: Schema.Null })

/** The schema of the body of a success. `nameable` is the schema of all fields that `fields_set` may name. */
export const successOf = (result: Schema.Top, nameable?: Schema.Top) =>
  Schema.Struct({
    status: Ok,
    data: nameable === undefined ? result : allOrSome(Schema.toType(result).ast, Schema.toType(nameable).ast)
  })
