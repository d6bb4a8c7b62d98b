/** How the query of a GET is read: text, made into the parameters that an operation declares. */
import { Result, type Schema, SchemaAST } from "effect"
import { type Failure, failure } from "./Codes.ts"

/** How the text of a parameter is read; `undefined` where it is malformed. */
interface Reader {
  readonly read: (texts: ReadonlyArray<string>) => unknown
  readonly expected: string
}

/** The only text of a parameter; several texts as they are, for the schema to accept or to reject. */
const single = (texts: ReadonlyArray<string>): unknown => (texts.length === 1 ? texts[0] : texts)

const asText: Reader = { read: single, expected: "text" }

/** A whole number as text. */
export const wholeNumber = /^[0-9]{1,15}$/u

const asWholeNumber: Reader = {
  read: (texts) => {
    const [text = "", ...others] = texts
    return others.length === 0 && wholeNumber.test(text) ? Number(text) : undefined
  },
  expected: "a whole number"
}

/** An identifier, `key=value`; the parameter is repeated to give several keys, each of them once. */
const asIdentifier = (keys: ReadonlyArray<string>, mandatory: ReadonlyArray<string>): Reader => ({
  read: (texts) => {
    const pairs = texts
      .filter((text) => text !== "")
      .map((text) => {
        const at = Math.max(text.indexOf("="), 0)
        return [text.slice(0, at), text.slice(at + 1)] as const
      })
    const given = pairs.map(([key]) => key)
    const isSound = given.every((key) => keys.includes(key)) && new Set(given).size === given.length
    return isSound && mandatory.every((key) => given.includes(key)) ? Object.fromEntries(pairs) : undefined
  },
  expected: `${keys.join("=… or ")}=…`
})

const readerOf = (ast: SchemaAST.AST): Reader => {
  if (SchemaAST.isNumber(ast)) return asWholeNumber
  if (!SchemaAST.isObjects(ast)) return asText
  const members = ast.propertySignatures
  const nameOf = ({ name }: SchemaAST.PropertySignature) => String(name)
  return asIdentifier(members.map(nameOf), members.filter(({ type }) => !SchemaAST.isOptional(type)).map(nameOf))
}

type Invalid = Failure<"INVALID_PARAMETERS">

/** Makes a reader of the queries of an operation; parameters that it does not declare stay text. */
export const queryReader = (request: Schema.Top) => {
  const members = SchemaAST.isObjects(request.ast) ? request.ast.propertySignatures : []
  const readers = new Map(members.map(({ name, type }) => [String(name), readerOf(type)]))
  return (query: string): Result.Result<Readonly<Record<string, unknown>>, Invalid> => {
    const texts = new Map<string, Array<string>>()
    for (const [name, text] of new URLSearchParams(query)) texts.set(name, [...(texts.get(name) ?? []), text])
    const read: Array<readonly [name: string, value: unknown]> = []
    for (const [name, given] of texts) {
      const reader = readers.get(name) ?? asText
      const value = reader.read(given)
      if (value === undefined) return Result.fail(failure("INVALID_PARAMETERS", `${name}: expected ${reader.expected}`))
      read.push([name, value])
    }
    // Unlike an assignment, this makes a parameter `__proto__` a member like any other.
    return Result.succeed(Object.fromEntries(read))
  }
}
