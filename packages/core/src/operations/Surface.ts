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

/** The options of a call of an operation; `unknown` if it has none. */
export type OptionsOf<Op extends Operations> = NonNullable<Op["options"]>["Type"]

/** The metadata that an operation returns; `unknown` if it returns none. */
export type MetadataOf<Op extends Operations> = NonNullable<Op["metadata"]>["Type"]

/** The names of the members that operations declare as options or metadata. */
export type MemberOfEach<Op extends Operations, Part extends "options" | "metadata"> = Op extends Operations
  ? keyof NonNullable<Op[Part]>["Type"]
  : never

/** The name of every option. */
export type OptionName = MemberOfEach<Operations, "options">

/** The name of all metadata. */
export type MetadataName = MemberOfEach<Operations, "metadata">

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
