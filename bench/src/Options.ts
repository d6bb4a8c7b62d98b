import { existsSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { baseline, other, reference, type Subject, subjects, variant } from "./Subjects.ts"

/** The help text. */
export const usage = `npm run bench -- [compare|ladder|growth|start] [options]

  compare (the default)  this software compared with its alternatives
  ladder                 where the time goes: domain, use case, storage, HTTP
  growth                 this software with more communications and more organisations
  start                  time from the start to the first response, of sequential requests, and after an idle time

  --quick             a short run, for a first impression, in less than two minutes
  --full              growth: up to 10 million communications
  --only a,b          compare, start: only these subjects, and always raw and ours (${subjects.map(({ name }) => name).join(", ")})
  --variant N:V=x,W=y compare, start: also this software with these environment variables, as subject N; repeatable
  --against PATH      compare, start: also the version in this checkout, with its dependencies installed
  --rounds N          how often each subject is measured
  --seconds N         the length of each measurement
  --connections N,M   how many connections send requests concurrently
  --organisations N,M how many organisations the communications belong to; compare measures all subjects with
                      the first number, and only raw, ours and --against with the others
  --communications N  how many communications are stored`

const commands = ["compare", "ladder", "growth", "start"] as const

/** The options of the command line. */
export interface Options {
  readonly command: (typeof commands)[number]
  readonly quick: boolean
  readonly full: boolean
  readonly rounds: number
  readonly seconds: number
  readonly connections: ReadonlyArray<number>
  readonly organisations: ReadonlyArray<number>
  readonly communications: number
  readonly subjects: ReadonlyArray<Subject>
}

/** A mistake on the command line; the message describes it. */
export class Usage extends Error {}

const whole = (name: string, text: string): number => {
  if (!/^[1-9][0-9]*$/.test(text)) throw new Usage(`--${name} must be a positive whole number, not ${text}`)
  return Number(text)
}

const wholes = (name: string, text: string): ReadonlyArray<number> => {
  const numbers = text.split(",").map((number) => whole(name, number))
  if (new Set(numbers).size < numbers.length) throw new Usage(`--${name} must not repeat a number: ${text}`)
  return numbers
}

const checkoutAt = (path: string): Subject => {
  const missing = ["package.json", "node_modules"].find((name) => !existsSync(join(path, name)))
  if (missing !== undefined) throw new Usage(`--against: ${path} has no ${missing}`)
  return other(path)
}

const parse = (args: ReadonlyArray<string>) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        quick: { type: "boolean", default: false },
        full: { type: "boolean", default: false },
        only: { type: "string" },
        variant: { type: "string", multiple: true, default: [] },
        against: { type: "string" },
        rounds: { type: "string" },
        seconds: { type: "string" },
        connections: { type: "string" },
        organisations: { type: "string" },
        communications: { type: "string" }
      }
    })
  } catch (error) {
    throw new Usage(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

/** Reads the command line; `undefined` if it asks for help. */
export const optionsOf = (args: ReadonlyArray<string>): Options | undefined => {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [first = "compare", ...others] = positionals
  const command = commands.find((name) => name === first)
  if (command === undefined) throw new Usage(`unknown command ${first}\n\n${usage}`)
  if (others.length > 0) throw new Usage(`more than one command: ${others.join(" ")}`)
  const defaults = values.quick
    ? { rounds: "1", seconds: "2", connections: "64", organisations: "1", communications: "50000" }
    : { rounds: "5", seconds: "3", connections: "64,256", organisations: "1,100", communications: "1000000" }
  const variants = values.variant.map((text) => {
    const parsed = variant(text)
    if (parsed === undefined) throw new Usage(`--variant must be NAME:VARIABLE=VALUE, not ${text}`)
    return parsed
  })
  const against = values.against === undefined ? [] : [checkoutAt(values.against)]
  const all = [...subjects, ...variants, ...against]
  const duplicate = all.find(({ name }, index) => all.findIndex((earlier) => earlier.name === name) < index)
  if (duplicate !== undefined) throw new Usage(`--variant: the name ${duplicate.name} is already in use`)
  const only = values.only?.split(",") ?? all.map(({ name }) => name)
  const unknown = only.find((name) => all.every((subject) => subject.name !== name))
  if (unknown !== undefined) throw new Usage(`--only: unknown subject ${unknown}\n\n${usage}`)
  const selected = new Set([
    ...only,
    baseline.name,
    reference.name,
    ...[...variants, ...against].map(({ name }) => name)
  ])
  return {
    command,
    quick: values.quick,
    full: values.full,
    rounds: whole("rounds", values.rounds ?? defaults.rounds),
    seconds: whole("seconds", values.seconds ?? defaults.seconds),
    connections: wholes("connections", values.connections ?? defaults.connections),
    organisations: wholes("organisations", values.organisations ?? defaults.organisations),
    communications: whole("communications", values.communications ?? defaults.communications),
    subjects: all.filter(({ name }) => selected.has(name))
  }
}
