// @ts-nocheck As in every generated client: the query compiler that it loads has no types.
/** The part of a generated Prisma client that raw statements need, for a PostgreSQL schema without models. */
import { PrismaPg } from "@prisma/adapter-pg"
import { getPrismaClient } from "@prisma/client/runtime/client"

/** The methods that the tests use, with their generated types. */
interface PrismaTransaction {
  $executeRawUnsafe(query: string, ...values: Array<unknown>): Promise<number>
  $queryRawUnsafe<T = unknown>(query: string, ...values: Array<unknown>): Promise<T>
}
interface PrismaClient extends PrismaTransaction {
  $transaction<R>(body: (client: PrismaTransaction) => Promise<R>, options: { readonly timeout: number }): Promise<R>
  $disconnect(): Promise<void>
}

const Client = getPrismaClient({
  previewFeatures: [],
  clientVersion: "7.10.0",
  engineVersion: "0edf323efd1d98336f3f0a68684b56f689b900d3",
  activeProvider: "postgresql",
  inlineSchema: 'datasource db {\n  provider = "postgresql"\n}\n',
  runtimeDataModel: { models: {}, enums: {}, types: {} },
  parameterizationSchema: { strings: [], graph: "AAAA" },
  compilerWasm: {
    getRuntime: async () => await import("@prisma/client/runtime/query_compiler_fast_bg.postgresql.mjs"),
    getQueryCompilerWasmModule: async () => {
      const { wasm } = await import("@prisma/client/runtime/query_compiler_fast_bg.postgresql.wasm-base64.mjs")
      return new WebAssembly.Module(Buffer.from(wasm, "base64"))
    },
    importName: "./query_compiler_fast_bg.js"
  }
})

/** A Prisma client connected to this database. */
export const prismaClient = (connectionString: string): PrismaClient =>
  new Client({ adapter: new PrismaPg({ connectionString }) })
