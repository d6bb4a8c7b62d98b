import { Console, Effect, Layer, Option, References } from "effect"
import type { Configuration } from "./Configuration.ts"
import { commandLine } from "./commandLine.ts"
import { documentedToken } from "./demonstration/Demonstration.ts"
import { ServerUrl } from "./http/HttpServer.ts"
import { isTerminal } from "./Log.ts"

/** A request on the demonstration data, to paste into a shell. */
const requestTo = (
  url: string
) => `curl -i ${url}/crmapi/rest/v2/communications/complete -H 'Content-Type: application/json' \\
  -d '{ "token":"${documentedToken}", "communication_identifier":{"number":"41"} }'`

/** Says that the server is ready, at which URL, on which database, and how to begin: once, whatever the log level. */
export const layer = ({ databaseUrl, dataDir }: Configuration) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const url = yield* ServerUrl
      const message = `Communications listens on ${url}`
      const documentation = `${url}/docs`
      const database = Option.match(databaseUrl, {
        onNone: () => `embedded PostgreSQL in ${dataDir}, with demonstration data`,
        onSome: ({ location }) => `PostgreSQL at ${location}`
      })
      const example = Option.isNone(databaseUrl) ? requestTo(url) : undefined
      if (isTerminal) {
        const beginning =
          example === undefined ? `Create a user: ${commandLine} user create --help` : `Try it:\n\n${example}\n`
        return yield* Console.log(`${message}\nDocumentation: ${documentation}\nDatabase: ${database}\n${beginning}`)
      }
      yield* Effect.logInfo(message).pipe(
        Effect.annotateLogs({ url, documentation, database, ...(example === undefined ? {} : { example }) }),
        Effect.provideService(References.MinimumLogLevel, "Info")
      )
    })
  )
