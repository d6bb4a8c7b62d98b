import type { TestProject } from "vitest/node"
import { startPostgres } from "./PostgresServer.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly postgresUrl: string
  }
}

/**
 * Provides one PostgreSQL for all integration tests of a run, and for the tests that come after them: a new one, or the one
 * in TEST_DATABASE_URL. A new one records every statement, whatever program sends it.
 */
export default async ({ vitest }: TestProject) => {
  const url = process.env.TEST_DATABASE_URL
  if (url !== undefined) return vitest.provide("postgresUrl", url)
  const server = await startPostgres({
    ...{ fsync: "off", max_connections: "200" },
    ...{ shared_preload_libraries: "pg_stat_statements", "pg_stat_statements.max": "100000" }
  })
  vitest.provide("postgresUrl", server.url)
  return server.stop
}
