import { parseArgs } from "node:util"
import { baseline, reference, type Subject, subjects, variant } from "./Subjects.ts"

/** How to use it. */
export const usage = `npm run bench -- [compare|ladder|growth|start] [options]

  compare (the default)  this software beside what else one would take
  ladder                 where the time goes: domain, use case, storage, HTTP
  growth                 this software on more communications and more organisations
  start                  how soon everyone answers: from the start on, after a rest, one who asks alone

  --quick             a first impression, in less than two minutes
  --full              growth: up to 10 million communications
  --only a,b          compare, start: only these, and always raw and ours (${subjects.map(({ name }) => name).join(", ")})
  --variant N:V=x,W=y compare: this software also with these environment variables, called N; may be repeated
  --rounds N          how often each is measured, in turns
  --seconds N         how long each is measured at a time
  --connections N,M   how many connections ask at once
  --communications N  how many are stored`

const commands = ["compare", "ladder", "growth", "start"] as const

/** What the command line asks for. */
export interface Options {
  readonly command: (typeof commands)[number]
  readonly quick: boolean
  readonly full: boolean
  readonly rounds: number
  readonly seconds: number
  readonly connections: ReadonlyArray<number>
  readonly communications: number
  readonly subjects: ReadonlyArray<Subject>
}

/** Why the command line is not understood, in a sentence. */
export class Usage extends Error {}

const whole = (name: string, text: string): number => {
  if (!/^[1-9][0-9]*$/.test(text)) throw new Usage(`--${name} must be a whole number from 1 up, not ${text}`)
  return Number(text)
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
        rounds: { type: "string" },
        seconds: { type: "string" },
        connections: { type: "string" },
        communications: { type: "string" }
      }
    })
  } catch (error) {
    throw new Usage(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  }
}

/** Reads the command line; nothing where it asks how to use it. */
export const optionsOf = (args: ReadonlyArray<string>): Options | undefined => {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [given = "compare", ...others] = positionals
  const command = commands.find((name) => name === given)
  if (command === undefined) throw new Usage(`there is no command ${given}\n\n${usage}`)
  if (others.length > 0) throw new Usage(`one command at a time, not also ${others.join(" ")}`)
  const [rounds, seconds, connections, communications] = values.quick
    ? ["1", "2", "64", "50000"]
    : ["5", "3", "64,256", "1000000"]
  const variants = values.variant.map((given) => {
    const made = variant(given)
    if (made === undefined) throw new Usage(`--variant must be NAME:VARIABLE=VALUE, not ${given}`)
    return made
  })
  const everyone = [...subjects, ...variants]
  const twice = everyone.find(({ name }, index) => everyone.findIndex((other) => other.name === name) < index)
  if (twice !== undefined) throw new Usage(`--variant: there is a ${twice.name} already`)
  const only = values.only?.split(",") ?? everyone.map(({ name }) => name)
  const unknown = only.find((name) => everyone.every((subject) => subject.name !== name))
  if (unknown !== undefined) throw new Usage(`--only: there is no ${unknown}\n\n${usage}`)
  const asked = new Set([...only, baseline.name, reference.name, ...variants.map(({ name }) => name)])
  return {
    command,
    quick: values.quick,
    full: values.full,
    rounds: whole("rounds", values.rounds ?? rounds),
    seconds: whole("seconds", values.seconds ?? seconds),
    connections: (values.connections ?? connections).split(",").map((text) => whole("connections", text)),
    communications: whole("communications", values.communications ?? communications),
    subjects: everyone.filter(({ name }) => asked.has(name))
  }
}
