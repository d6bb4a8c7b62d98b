/** Checks of the types of installed packages. */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { basename, join, relative } from "node:path"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"
import ts from "typescript"

interface Exports {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>
}

/** The entries of a package that is installed in this folder. */
const entriesOf = (root: string) => {
  const { exports }: Exports = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  return Object.entries(exports).map(([path, files]) => ({
    name: `@communications/${basename(root)}${path.slice(1)}`,
    types: join(root, files.types),
    module: pathToFileURL(join(root, files.default)).href
  }))
}

/** The name in a node that refers to a declaration, if the node is a reference. */
const nameIn = (node: ts.Node): ts.Node | undefined => {
  if (ts.isTypeReferenceNode(node)) return node.typeName
  if (ts.isExpressionWithTypeArguments(node)) return node.expression
  if (ts.isTypeQueryNode(node)) return node.exprName
  return ts.isImportTypeNode(node) ? node.qualifier : undefined
}

/** Lists the types that public declarations mention and that no entry exports: a host cannot name them. */
export const forgottenTypes = (roots: ReadonlyArray<string>): ReadonlyArray<string> => {
  const files = roots.flatMap(entriesOf).map(({ types }) => types)
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2024, skipLibCheck: true }
  const program = ts.createProgram(files, options)
  const checker = program.getTypeChecker()
  const resolve = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const exported = new Set<ts.Symbol>()
  for (const file of files) {
    const source = program.getSourceFile(file)
    const entry = source && checker.getSymbolAtLocation(source)
    if (entry === undefined) throw new Error(`${file} is missing or exports nothing`)
    for (const symbol of checker.getExportsOfModule(entry)) exported.add(resolve(symbol))
  }

  const seen = new Set(exported)
  const forgotten: Array<string> = []
  const visit = (owner: string, node: ts.Node): void => {
    const name = nameIn(node)
    const symbol = name && checker.getSymbolAtLocation(name)
    if (symbol !== undefined) note(owner, resolve(symbol))
    ts.forEachChild(node, (child) => visit(owner, child))
  }
  const note = (owner: string, symbol: ts.Symbol): void => {
    const { declarations = [], flags, name } = symbol
    const file = declarations[0]?.getSourceFile().fileName ?? ""
    const root = roots.find((folder) => file.startsWith(`${folder}/`))
    if (root === undefined || flags & ts.SymbolFlags.TypeParameter || seen.has(symbol)) return
    seen.add(symbol)
    // A compiler writes out the type of a value, such as the base of a class, without its name.
    const isValue = declarations.every(ts.isVariableDeclaration)
    if (!isValue) forgotten.push(`${owner} mentions ${name} of ${relative(join(root, ".."), file)}`)
    for (const declaration of declarations) visit(name, declaration)
  }
  for (const { declarations = [], name } of exported) {
    for (const declaration of declarations) if (!ts.isSourceFile(declaration)) visit(name, declaration)
  }
  return forgotten
}

const runNode = promisify(execFile)

/** Writes a module that exports every value of the packages, and the result of every function, without annotations. */
export const everyExport = async (roots: ReadonlyArray<string>): Promise<string> => {
  const lines = ["declare const resultOf: <F>(f: F) => F extends (...input: never) => infer Result ? Result : never"]
  for (const [index, { module, name }] of roots.flatMap(entriesOf).entries()) {
    // In a process of its own, which resolves the packages to their built files.
    const script = `import("${module}").then((values) => console.log(Object.keys(values).join()))`
    const { stdout } = await runNode(process.execPath, ["--eval", script])
    lines.push(`import * as entry${index} from "${name}"`)
    for (const value of stdout.trim().split(",")) {
      lines.push(`export const ${value}${index} = entry${index}.${value}`)
      lines.push(`export const ${value}${index}Result = resultOf(${value}${index})`)
    }
  }
  return `${lines.join("\n")}\n`
}
