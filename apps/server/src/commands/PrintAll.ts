import type { NamesPage } from "@communications/core"
import { Array, Console, Effect, Option, Stream } from "effect"

/** Prints every element of a list that is read in pages by name, one JSON object a line. Returns their number, which belongs on standard error. */
export const printAll = <A extends object, E, R>(
  pageOf: (page: NamesPage) => Effect.Effect<ReadonlyArray<A>, E, R>,
  nameOf: (element: A) => NamesPage["after"]
) =>
  Stream.paginate<NamesPage["after"], A, E, R>(undefined, (after) =>
    Effect.map(pageOf({ after, limit: 1000 }), (page) => [page, Option.map(Array.last(page), nameOf)] as const)
  ).pipe(
    Stream.tap((element) => Console.log(JSON.stringify(element))),
    Stream.runCount
  )
