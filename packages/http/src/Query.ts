/** Converts the query of a GET request, which is text, to the parameters that an operation declares. */
import { Result, type Schema, SchemaAST } from "effect"
import { type Failure, failure } from "./Codes.ts"

/** Reads a parameter from its texts, one for each occurrence in the query. */
interface Reader {
  /** Returns `undefined` for malformed texts. */
  readonly read: (texts: ReadonlyArray<string>) => unknown
  /** The expected form, for the error message. */
  readonly expected: string
}

/** One text is a string. Several are an array, which the schema accepts or rejects. */
const single = (texts: ReadonlyArray<string>): unknown => (texts.length === 1 ? texts[0] : texts)

const asText: Reader = { read: single, expected: "text" }

/** The form of a whole number in a query. */
export const wholeNumber = /^[0-9]{1,15}$/u

const asWholeNumber: Reader = {
  read: (texts) => {
    const [text = "", ...others] = texts
    return others.length === 0 && wholeNumber.test(text) ? Number(text) : undefined
  },
  expected: "a single whole number, in digits only"
}

/** An identifier, `key=value`. The parameter may be repeated, but only with different keys. */
const asIdentifier = (keys: ReadonlyArray<string>, mandatory: ReadonlyArray<string>): Reader => ({
  read: (texts) => {
    const pairs = texts
      .filter((text) => text !== "")
      .map((text) => {
        const at = Math.max(text.indexOf("="), 0)
        return [text.slice(0, at), text.slice(at + 1)] as const
      })
    const used = pairs.map(([key]) => key)
    const isValid = used.every((key) => keys.includes(key)) && new Set(used).size === used.length
    return isValid && mandatory.every((key) => used.includes(key)) ? Object.fromEntries(pairs) : undefined
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

/** Makes a reader of queries for the request schema of an operation. Undeclared parameters stay text. */
export const makeQueryReader = (request: Schema.Top) => {
  const members = SchemaAST.isObjects(request.ast) ? request.ast.propertySignatures : []
  const readers = new Map(members.map(({ name, type }) => [String(name), readerOf(type)]))
  return (query: string): Result.Result<Readonly<Record<string, unknown>>, Invalid> => {
    const texts = new Map<string, Array<string>>()
    for (const [name, text] of new URLSearchParams(query)) texts.set(name, [...(texts.get(name) ?? []), text])
    const read: Array<readonly [name: string, value: unknown]> = []
    for (const [name, occurrences] of texts) {
      const reader = readers.get(name) ?? asText
      const value = reader.read(occurrences)
      if (value === undefined) return Result.fail(failure("INVALID_PARAMETERS", `${name}: expected ${reader.expected}`))
      read.push([name, value])
    }
    // An assignment would let a parameter called `__proto__` change the prototype.
    return Result.succeed(Object.fromEntries(read))
  }
}
