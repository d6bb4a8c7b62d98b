import type { TestProject } from "vitest/node"
import { startPostgres } from "./PostgresServer.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly postgresUrl: string
  }
}

/** Provides one PostgreSQL for all integration tests of a run: a new one, or the one in TEST_DATABASE_URL. */
export default async ({ provide }: TestProject) => {
  const url = process.env.TEST_DATABASE_URL
  if (url !== undefined) return provide("postgresUrl", url)
  const server = await startPostgres({ fsync: "off", max_connections: "200" })
  provide("postgresUrl", server.url)
  return server.stop
}
