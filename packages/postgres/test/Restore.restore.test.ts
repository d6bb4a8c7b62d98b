/** The way of docs/operating.md from a backup to a restored database, with PostgreSQL's own pg_dump and pg_restore. */
import { execFileSync } from "node:child_process"
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { aDraft } from "@communications/core/testing"
import { assert, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { shellBlocks } from "../../../scripts/docs/texts.ts"
import { given } from "./log.ts"
import { cluster, movedTo, readOnFrom, takeSteps, transactionId } from "./moving.ts"

vi.setConfig({ testTimeout: 120_000 })

/** The folder with the tools and the server: all of one version, because no pg_dump reads a newer server. */
const bin =
  process.env.POSTGRES_BIN ??
  globSync("/usr/lib/postgresql/*/bin").toSorted().at(-1) ??
  assert.fail("PostgreSQL is missing: apt-get install postgresql, or set POSTGRES_BIN to the folder of its programs")
vi.stubEnv("POSTGRES_BIN", bin)

const operating = readFileSync(new URL("../../../docs/operating.md", import.meta.url), "utf8")
const script = shellBlocks(operating)
  .filter(({ section }) => section === "Back up and restore")
  .map(({ code }) => code)
  .join("\n")

it.live("the documented backup and restore keep every event, on a cluster with smaller or larger transaction ids", () =>
  Effect.gen(function* () {
    const [younger, older, oldest] = [yield* cluster(0), yield* cluster(20_000), yield* cluster(40_000)]
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "communications-restore-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    )
    /** Runs the documented commands, and returns the fixture on the restored database. */
    const restoring = Effect.fnUntraced(function* (
      here: Parameters<typeof movedTo>[0],
      DATABASE_URL: string,
      to: string
    ) {
      execFileSync("bash", ["-ec", script], {
        ...{ cwd: folder, stdio: "pipe" },
        env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, DATABASE_URL, RESTORE_URL: to }
      })
      const url = Object.assign(new URL(to), { pathname: new URL(DATABASE_URL).pathname }).href
      const there = yield* movedTo(here, url)

      return { ...there, url }
    })

    const here = yield* given(6, older.newDatabase)
    const [fifth = aDraft(), sixth = aDraft()] = here.drafts.slice(4)
    const before = yield* takeSteps(here)
    const there = yield* restoring(here, here.url, younger.url)
    assert.isBelow(yield* transactionId(there.sql), (yield* transactionId(here.sql)) - 10_000)
    yield* there.completing(fifth)
    const between = yield* readOnFrom(before, there)
    assert.sameMembers(between, [...before, "1/2", "2/2", "3/2", "4/2"])

    const last = yield* restoring(there, there.url, oldest.url)
    yield* last.completing(sixth)
    assert.deepStrictEqual(yield* readOnFrom(between, last), [...between, "5/2"])
  })
)
