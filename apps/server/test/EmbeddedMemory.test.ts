import { assert, it, vi } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { requireMemory } from "../src/EmbeddedMemory.ts"

const within = (limit: number) =>
  Effect.suspend(() => {
    vi.spyOn(process, "constrainedMemory").mockReturnValue(limit)
    return Effect.exit(requireMemory)
  })

it.effect("a container with too little memory is refused with both sizes", () =>
  Effect.gen(function* () {
    const exit = yield* within(600 * 2 ** 20)
    assert.match(String(Exit.isFailure(exit) && exit.cause), /needs 700 MB of memory, and there are 600 MB/)
  })
)

it.effect("a process without a limit, or with enough memory, is not refused", () =>
  Effect.gen(function* () {
    for (const limit of [0, 2 ** 30, 2 ** 63]) assert.isTrue(Exit.isSuccess(yield* within(limit)))
  })
)
