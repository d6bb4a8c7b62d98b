/** What the tests of faults (`*.faults.test.ts`) share: `npm test` runs their short form, `npm run test:faults` the long one. */
import { Effect, Random } from "effect"
import type { TestContext } from "vitest"

declare module "vitest" {
  interface TaskMeta {
    figures?: Readonly<Record<string, number | string>>
  }
}

/** Whether this is the long form. */
export const isLong = process.env.FAULTS === "long"

/** The seed of everything random: FAULTS_SEED repeats a run; without it each run has a new one. */
export const seed = Number(process.env.FAULTS_SEED)

/** Records figures of a test, by name, which the long form writes to docs/reliability.md. */
export const record = (
  { task }: Pick<TestContext, "task">,
  figures: Readonly<Record<string, number | string>>
): void => {
  task.meta.figures = { ...task.meta.figures, ...figures }
}

/** Makes a function that returns random integers below a limit, which follow from the seed. */
export const makeRandom = (): ((limit: number) => number) => {
  const random = Effect.runSync(Random.withSeed(Effect.service(Random.Random), seed))
  return (limit) => Math.floor(random.nextDoubleUnsafe() * limit)
}
