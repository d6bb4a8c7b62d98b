/** What surrounds the tests of each file while mutants are tested. */
import pg from "pg"
import { afterAll, beforeAll, inject } from "vitest"

/** How often each mutant was run, by its id. */
type Hits = Record<string, number>

/** What Stryker records while the tests run without a mutant, under its name for globals. */
const stryker: { readonly mutantCoverage?: { readonly static: Hits; readonly perTest: Record<string, Hits> } } =
  Reflect.get(globalThis, "__stryker__") ?? {}

let before: Hits = {}

/** Drops the databases of earlier files: thousands of runs share a PostgreSQL, and would fill the disk. */
beforeAll(async () => {
  const url = inject("postgresUrl")
  if (url === undefined) return
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ readonly name: string }>(
    "SELECT datname AS name FROM pg_database WHERE datname ~ '^test_[0-9a-f]{32}$'"
  )
  for (const { name } of rows) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await client.end()
})

beforeAll(() => {
  before = { ...stryker.mutantCoverage?.static }
})

/**
 * Counts code that a hook of a test file runs, such as that of a layer which its tests share, as covered by each test of
 * the file. Stryker would count it as code that runs while modules load, and not run these tests.
 */
// biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of the first parameter.
afterAll(({}, { file }) => {
  if (stryker.mutantCoverage === undefined) return
  const { static: hits, perTest } = stryker.mutantCoverage
  const tests = Object.keys(perTest).filter((id) => id.startsWith(`${file.filepath}#`))
  for (const [mutant, count] of Object.entries(hits)) {
    const own = count - (before[mutant] ?? 0)
    if (own === 0) continue
    for (const test of tests) perTest[test] = { ...perTest[test], [mutant]: (perTest[test]?.[mutant] ?? 0) + own }
    if (own === count) delete hits[mutant]
    else hits[mutant] = count - own
  }
})
