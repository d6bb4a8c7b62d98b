import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { lockedFolder } from "../src/DataFolder.ts"

const parent = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "communications-data-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

/** The mode of a folder while it is used as the data folder. */
const modeInUse = (folder: string) =>
  Effect.scoped(
    Effect.andThen(
      lockedFolder(folder),
      Effect.promise(() => modeOf(folder))
    )
  )

it.live("a new data folder, and the parents that it needs, are closed to other users, whatever the umask is", () =>
  Effect.gen(function* () {
    const folder = join(yield* parent, "new")
    const umask = process.umask(0)
    const mode = yield* Effect.ensuring(
      modeInUse(join(folder, "data")),
      Effect.sync(() => process.umask(umask))
    )
    assert.strictEqual(mode, "700")
    assert.strictEqual(yield* Effect.promise(() => modeOf(folder)), "700")
  })
)

it.live("an existing data folder is closed to other users, also if it is named by a symbolic link", () =>
  Effect.gen(function* () {
    const inside = yield* parent
    const [folder, link] = [join(inside, "data"), join(inside, "link")]
    yield* Effect.promise(async () => {
      await mkdir(join(folder, "postgres"), { recursive: true })
      await symlink(folder, link)
    })
    for (const named of [folder, link]) {
      for (const mode of [0o755, 0o777, 0o750]) {
        yield* Effect.promise(() => chmod(folder, mode))
        assert.strictEqual(yield* modeInUse(named), "700")
      }
    }
  })
)

it.live("a folder with other files is refused, and keeps its mode", () =>
  Effect.gen(function* () {
    const folder = yield* parent
    yield* Effect.promise(async () => {
      await writeFile(join(folder, "letter.txt"), "")
      await chmod(folder, 0o755)
    })
    const refusal = yield* Effect.flip(Effect.scoped(lockedFolder(folder)))
    assert.match(refusal.message, /^The data folder \S+ cannot be used \(it contains other files\): set DATA_DIR /)
    assert.strictEqual(yield* Effect.promise(() => modeOf(folder)), "755")
  })
)

it.live("a folder of another user is refused, and not changed", () =>
  Effect.gen(function* () {
    const folder = yield* parent
    yield* Effect.promise(() => chmod(folder, 0o755))
    const { uid } = yield* Effect.promise(() => stat(folder))
    const getuid = vi.spyOn(process, "getuid").mockReturnValue(uid + 1)
    const refusal = yield* Effect.ensuring(
      Effect.flip(Effect.scoped(lockedFolder(folder))),
      Effect.sync(() => getuid.mockRestore())
    )
    assert.match(refusal.message, /^The data folder \S+ cannot be used \(it belongs to another user\): set DATA_DIR /)
    assert.strictEqual(yield* Effect.promise(() => modeOf(folder)), "755")
    assert.deepStrictEqual(yield* Effect.promise(() => readdir(folder)), [])
  })
)
