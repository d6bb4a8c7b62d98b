/** The programs that the bench measures. */
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { Effect } from "effect"
import { outputOf, root } from "./Processes.ts"
import { announce } from "./Progress.ts"

/** A program that completes communications. */
export interface Subject {
  readonly name: string
  readonly label: string
  /** The folder in which it starts; its migrations create the tables. */
  readonly checkout: string
  /** The arguments of Node. Without them, pgbench runs the statement. */
  readonly program?: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

const peer = (name: string, label: string, file = `${name}.ts`): Subject => ({
  name,
  label,
  checkout: root,
  program: [`bench/peers/${file}`],
  env: { NODE_ENV: "production" }
})

/** The environment variables in `VARIABLE=VALUE` settings. */
const variablesIn = (settings: ReadonlyArray<string>) =>
  Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s).slice(0, 2)))

/** The version of a checkout, and the environment and arguments that its `npm start` passes to Node. */
const manifestOf = (checkout: string) => {
  const { version, scripts }: { readonly version: string; readonly scripts: { readonly start: string } } = JSON.parse(
    readFileSync(join(checkout, "package.json"), "utf8")
  )
  const [, settings = "", args] = /^((?:\w+=\S+ )*)(?:exec )?node (.+)$/.exec(scripts.start) ?? []
  if (args === undefined) throw new Error(`npm start in ${checkout} does not run node: ${scripts.start}`)
  return { version, program: args.split(" "), env: variablesIn(settings.split(" ").filter((text) => text !== "")) }
}

const own = manifestOf(root)

/** This software, started like `npm start`; `env` configures it. */
const ours = (name: string, label: string, env: Readonly<Record<string, string>> = {}): Subject => ({
  name,
  label,
  checkout: root,
  program: own.program,
  env: { ...own.env, ...env }
})

/** Another version of this software; the checkout must have its dependencies installed. */
export const other = (path: string): Subject => {
  const checkout = resolve(path)
  const { version, ...started } = manifestOf(checkout)
  return { name: "other", label: `version ${version}`, checkout, ...started }
}

/** The responses of all subjects must equal those of this one. */
export const reference = ours("ours", "this software")

/** The subject that all ratios refer to. */
export const baseline = peer("raw", "node:http + pg")

/** All subjects, in the order of the table. */
export const subjects: ReadonlyArray<Subject> = [
  { name: "pgbench", label: "the SQL alone, by pgbench, 10 clients", checkout: root, env: {} },
  baseline,
  reference,
  ours("alone", "this software, GROUP_COMMIT=off", { GROUP_COMMIT: "off" }),
  peer("fastify", "Fastify + pg"),
  peer("hono", "Hono + postgres.js"),
  peer("express-sequelize", "Express + Sequelize"),
  peer("nest-typeorm", "NestJS + TypeORM", "../dist/nest-typeorm/main.js")
]

/** Parses another configuration of this software, `NAME:VARIABLE=VALUE,VARIABLE=VALUE`; `undefined` if it is malformed. */
export const variant = (text: string): Subject | undefined => {
  const [, name, settings] = /^(\w+):(\w+=[^,]*(?:,\w+=[^,]*)*)$/.exec(text) ?? []
  if (name === undefined || settings === undefined) return undefined
  return ours(name, `this software, ${settings}`, variablesIn(settings.split(",")))
}

/** The distinct checkouts of some subjects. */
export const checkoutsOf = (chosen: ReadonlyArray<Subject>): ReadonlySet<string> =>
  new Set(chosen.map(({ checkout }) => checkout))

/** Installs missing dependencies of the peers, and compiles the NestJS peer, because Node does not support decorators. */
export const install = Effect.fn(function* (chosen: ReadonlyArray<Subject>) {
  const uses = (part: string) => chosen.some(({ program }) => program?.[0]?.startsWith(`bench/${part}`))
  if (uses("peers") && !existsSync(join(root, "bench/node_modules/.package-lock.json"))) {
    announce("installing the peers")
    yield* outputOf("npm", ["ci", "--prefix", "bench", "--loglevel=error"])
  }
  if (chosen.some(({ name }) => name === "nest-typeorm")) {
    announce("compiling the NestJS peer")
    const tsc = join(root, "node_modules/typescript/bin/tsc")
    yield* outputOf(process.execPath, [tsc, "-p", "bench/peers/nest-typeorm"])
  }
})
