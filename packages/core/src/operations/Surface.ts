/** Groups operations into methods by their names, in the same way on every surface: `communications.complete`. */
import type { Operations } from "./index.ts"

/** The group of an operation: the first part of its name. */
export type GroupOf<Name extends string> = Name extends `${infer Group}/${string}` ? Group : never

/** The method of an operation: the last part of its name. */
export type MethodOf<Name extends string> = Name extends `${string}/${infer Rest}`
  ? MethodOf<Rest> extends never
    ? Rest
    : MethodOf<Rest>
  : never

/** The names of all groups. */
export type Group = GroupOf<Operations["name"]>

/** The operations of a group. */
export type InGroup<G extends Group> = Extract<Operations, { readonly name: `${G}/${string}` }>

/** Makes a method for each operation, in groups. The caller passes the type of the methods. */
export function inGroups<Methods>(
  operations: ReadonlyArray<Operations>,
  methodOf: (operation: Operations) => unknown
): Methods
export function inGroups(operations: ReadonlyArray<Operations>, methodOf: (operation: Operations) => unknown): object {
  const groups: Record<string, Record<string, unknown>> = {}
  for (const operation of operations) {
    const parts = operation.name.split("/")
    const [group = "", method = ""] = [parts[0], parts.at(-1)]
    groups[group] = { ...groups[group], [method]: methodOf(operation) }
  }
  return groups
}
