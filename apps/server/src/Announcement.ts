import { Console, Effect, Layer, Option } from "effect"
import type { Configuration } from "./Configuration.ts"
import { documentedToken } from "./demonstration/Demonstration.ts"
import { locationOf } from "./ExternalDatabase.ts"
import { ServerUrl } from "./http/HttpServer.ts"

/** Prints the first lines of output: the URL of the server, its database, and a request to paste into a shell. */
export const layer = ({ databaseUrl, dataDir }: Configuration) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const url = yield* ServerUrl
      const database = Option.match(databaseUrl, {
        onNone: () => `embedded PostgreSQL in ${dataDir}, with demonstration data`,
        onSome: (url) => `PostgreSQL at ${locationOf(url)}`
      })
      const token = Option.isNone(databaseUrl) ? documentedToken : "TOKEN"
      yield* Console.log(`Communications listens on ${url}
Database: ${database}
Try it:

curl -i ${url}/crmapi/rest/v2/communications/complete -H 'Content-Type: application/json' \\
  -d '{ "token":"${token}", "communication_identifier":{"number":"41"} }'
`)
    })
  )
