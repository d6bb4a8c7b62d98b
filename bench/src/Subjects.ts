/** Whom the bench measures. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import manifest from "../../package.json" with { type: "json" }
import { outputOf, root } from "./Processes.ts"
import { announce } from "./Progress.ts"

/** A program that completes communications. */
export interface Subject {
  readonly name: string
  readonly label: string
  /** The arguments of Node, at the top of the repository; without them, it is the statement alone, run by pgbench. */
  readonly program?: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

const peer = (name: string, label: string, file = `${name}.ts`): Subject => ({
  name,
  label,
  program: [`bench/peers/${file}`],
  env: { NODE_ENV: "production" }
})

/** The environment and the arguments that `npm start` gives Node. */
const [setting = "", started = ""] = manifest.scripts.start.split(" exec node ")
const [variable = "", value = ""] = setting.split("=")

/** This software, as its users start it; `env` configures it. */
const ours = (name: string, label: string, env: Readonly<Record<string, string>> = {}): Subject => ({
  name,
  label,
  program: started.split(" "),
  env: { [variable]: value, ...env }
})

/** The one that answers what the others must answer too. */
export const reference = ours("ours", "this software")

/** The one that the others are compared with. */
export const baseline = peer("raw", "node:http + pg")

/** Everyone, in the order of the table. */
export const subjects: ReadonlyArray<Subject> = [
  { name: "pgbench", label: "the SQL alone, by pgbench, 10 clients", env: {} },
  baseline,
  reference,
  ours("alone", "this software, GROUP_COMMIT=off", { GROUP_COMMIT: "off" }),
  peer("fastify", "Fastify + pg"),
  peer("hono", "Hono + postgres.js"),
  peer("express-sequelize", "Express + Sequelize"),
  peer("nest-typeorm", "NestJS + TypeORM", "../dist/nest-typeorm/main.js")
]

/** Another configuration of this software, written `NAME:VARIABLE=VALUE,VARIABLE=VALUE`; nothing where it is not. */
export const variant = (given: string): Subject | undefined => {
  const [, name, settings] = /^(\w+):(\w+=[^,]*(?:,\w+=[^,]*)*)$/.exec(given) ?? []
  if (name === undefined || settings === undefined) return undefined
  const env = Object.fromEntries(settings.split(",").map((setting) => setting.split(/=(.*)/s).slice(0, 2)))
  return ours(name, `this software, ${settings}`, env)
}

/** Brings what the peers need, where it is missing, and compiles the one whose decorators Node does not read. */
export const install = Effect.fn(function* (chosen: ReadonlyArray<Subject>) {
  const needs = (part: string) => chosen.some(({ program }) => program?.[0]?.startsWith(`bench/${part}`))
  if (needs("peers") && !existsSync(join(root, "bench/node_modules/.package-lock.json"))) {
    announce("installing the peers")
    yield* outputOf("npm", ["ci", "--prefix", "bench", "--loglevel=error"])
  }
  if (chosen.some(({ name }) => name === "nest-typeorm")) {
    announce("compiling the NestJS peer")
    const tsc = join(root, "node_modules/typescript/bin/tsc")
    yield* outputOf(process.execPath, [tsc, "-p", "bench/peers/nest-typeorm"])
  }
})
