import { Console, Effect, Layer, Option } from "effect"
import type { Configuration } from "./Configuration.ts"
import { documentedToken } from "./demonstration/Demonstration.ts"
import { ServerUrl } from "./http/HttpServer.ts"

/** A request on the demonstration data, to paste into a shell. */
const request = (url: string) => `Try it:

curl -i ${url}/crmapi/rest/v2/communications/complete -H 'Content-Type: application/json' \\
  -d '{ "token":"${documentedToken}", "communication_identifier":{"number":"41"} }'
`

/** Prints the first lines of output: the URL of the server, its database, and how to begin. */
export const layer = ({ databaseUrl, dataDir }: Configuration) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const url = yield* ServerUrl
      const database = Option.match(databaseUrl, {
        onNone: () => `embedded PostgreSQL in ${dataDir}, with demonstration data`,
        onSome: ({ location }) => `PostgreSQL at ${location}`
      })
      const beginning = Option.isNone(databaseUrl)
        ? request(url)
        : `Documentation: ${url}/docs\nCreate a user: npm run cli -- user create --help`
      yield* Console.log(`Communications listens on ${url}
Database: ${database}
${beginning}`)
    })
  )
