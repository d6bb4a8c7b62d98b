/** The mutants that no test has to kill, with the reason. */

/** Mutants of one line of code. */
interface Judgement {
  /** The file, from `packages`. */
  readonly file: string
  /** The line in which the mutated code begins, or a part of it. */
  readonly line: string
  /** What stands in place of the mutated code; without it, every mutant that begins in the line. */
  readonly mutant?: string
  readonly why: string
}

const judgements: ReadonlyArray<Judgement> = []

/** Why no test has to fail with the mutant; undefined if one has to. */
export const judgementOf = (file: string, line: string, mutant: string): string | undefined =>
  judgements.find(
    (one) => file === `packages/${one.file}` && line.includes(one.line) && (one.mutant ?? mutant) === mutant
  )?.why
