import type { TestProject } from "vitest/node"
import { startPostgres } from "./PostgresServer.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly postgresUrl: string
  }
}

/** One PostgreSQL for all integration tests of a run: a fresh one, or the one that TEST_DATABASE_URL names. */
export default async ({ provide }: TestProject) => {
  const given = process.env.TEST_DATABASE_URL
  if (given !== undefined) return provide("postgresUrl", given)
  const server = await startPostgres({ fsync: "off", max_connections: "200" })
  provide("postgresUrl", server.url)
  return server.stop
}
