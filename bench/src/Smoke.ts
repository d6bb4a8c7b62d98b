/** Before a server is measured, its responses must equal those of this software, member by member. */
import { isDeepStrictEqual } from "node:util"
import { Effect } from "effect"
import { completing, type Dataset, idOf, tokenOf } from "./Dataset.ts"

/** The requests complete this number of drafts, the first ones. */
export const smokeCompletions = 7

const requests = (dataset: Dataset): ReadonlyArray<string> => {
  const first = dataset.completed + 1
  const token = tokenOf((first + 6) % dataset.organisations)
  const bodyOf = (identifier: object, sessionToken = token) =>
    JSON.stringify({ token: sessionToken, communication_identifier: identifier })
  return [
    // Persons and companies, viewed and not viewed.
    ...Array.from({ length: smokeCompletions - 1 }, (_, index) => completing(dataset, first + index)),
    bodyOf({ id: idOf(first + 6) }),
    bodyOf({ id: idOf(first + 6) }),
    completing(dataset, first),
    bodyOf({ number: "none" }),
    bodyOf({ id: "none" }),
    bodyOf({ number: String(first + 6) }, tokenOf(-1)),
    bodyOf({ number: "1", id: "1" }),
    bodyOf({}),
    bodyOf({ number: 1 }),
    JSON.stringify({ token }),
    "this is not JSON"
  ]
}

/** A server's responses to the requests, without the `description` of failures, which may differ. */
export const responsesOf = (url: string, dataset: Dataset) =>
  Effect.promise(async () => {
    const responses: Array<unknown> = []
    for (const body of requests(dataset)) {
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
      responses.push({ body, http: response.status, code: status?.code, message: status?.message, data })
    }
    return responses
  })

/** Fails unless the responses are the expected ones. */
export const compare = (name: string, responses: ReadonlyArray<unknown>, expected: ReadonlyArray<unknown>) =>
  Effect.sync(() => {
    for (const [index, response] of responses.entries()) {
      if (isDeepStrictEqual(response, expected[index])) continue
      throw new Error(`${name} sent\n${JSON.stringify(response)}\ninstead of\n${JSON.stringify(expected[index])}`)
    }
  })
