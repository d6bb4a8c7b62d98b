import { createServer } from "node:http"
import { serve } from "@communications/http/router"
import * as Postgres from "@communications/postgres"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { PgClient } from "@effect/sql-pg"
import { Config, Layer } from "effect"

const Database = PgClient.layerConfig({ url: Config.Redacted("DATABASE_URL") })
const Server = NodeHttpServer.layerConfig(createServer, { port: Config.Port("PORT") })

serve.pipe(Layer.provide([Server, Postgres.layer]), Layer.provide(Database), Layer.launch, NodeRuntime.runMain)
