/** The answers that every server must give before it is measured: the same, member by member, as this software. */
import { isDeepStrictEqual } from "node:util"
import { Effect } from "effect"
import { completing, type Dataset, idOf, tokenOf } from "./Dataset.ts"

/** The questions complete this many drafts, the first ones. */
export const questioned = 7

const questions = (dataset: Dataset): ReadonlyArray<string> => {
  const first = dataset.completed + 1
  const token = tokenOf((first + 6) % dataset.organisations)
  const about = (identifier: object, of = token) => JSON.stringify({ token: of, communication_identifier: identifier })
  return [
    // Persons and companies, viewed and not.
    ...Array.from({ length: questioned - 1 }, (_, index) => completing(dataset, first + index)),
    about({ id: idOf(first + 6) }),
    about({ id: idOf(first + 6) }),
    completing(dataset, first),
    about({ number: "none" }),
    about({ id: "none" }),
    about({ number: String(first + 6) }, tokenOf(-1)),
    about({ number: "1", id: "1" }),
    about({}),
    about({ number: 1 }),
    JSON.stringify({ token }),
    "this is not JSON"
  ]
}

/** The answers of a server to the questions. The `description` of a failure may differ, and is left out. */
export const answersOf = (url: string, dataset: Dataset) =>
  Effect.promise(async () => {
    const answers: Array<unknown> = []
    for (const body of questions(dataset)) {
      const response = await fetch(`${url}/crmapi/rest/v2/communications/complete`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        signal: AbortSignal.timeout(10_000)
      })
      const text = await response.text()
      const { status, data }: { readonly status?: Record<string, unknown>; readonly data?: unknown } = JSON.parse(
        text || "{}"
      )
      answers.push({ body, http: response.status, code: status?.code, message: status?.message, data })
    }
    return answers
  })

/** Fails unless the answers are the expected ones. */
export const compare = (name: string, answers: ReadonlyArray<unknown>, expected: ReadonlyArray<unknown>) =>
  Effect.sync(() => {
    for (const [index, answer] of answers.entries()) {
      if (isDeepStrictEqual(answer, expected[index])) continue
      throw new Error(`${name} answers\n${JSON.stringify(answer)}\ninstead of\n${JSON.stringify(expected[index])}`)
    }
  })
