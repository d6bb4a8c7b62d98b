/** The methods of clients, typed by the operations. */
import type { FieldsInput, Group, InGroup, MethodOf, Operations, Sparse } from "@communications/core"

/** The parameters of an operation but for the token, which the client sends by itself. */
export type RequestOf<Op extends Operations> = Op["request"]["Encoded"]

/** The answer of an operation without `fields_set`. */
export type AnswerOf<Op extends Operations> = Op["answer"]["Type"]

/** The answer of an operation with `fields_set`. */
export type ReducedOf<Op extends Operations> = Sparse<
  NonNullable<Op["nameable"]> extends { readonly Type: infer Data } ? Data : never
>

/** With `fields_set` a method resolves to the named fields, without it to all of them. */
interface Reducible<Op extends Operations> {
  (request: RequestOf<Op> & { readonly fields_set?: null }): Promise<AnswerOf<Op>>
  (request: RequestOf<Op> & { readonly fields_set: NonNullable<FieldsInput> }): Promise<ReducedOf<Op>>
}

type Method<Op extends Operations> = Op extends { readonly user: "authenticated" }
  ? Reducible<Op>
  : Op extends { readonly user: "token" }
    ? (request?: RequestOf<Op>) => Promise<AnswerOf<Op>>
    : (request: RequestOf<Op>) => Promise<AnswerOf<Op>>

/** The methods of all operations, in their groups. */
export type Methods = {
  readonly [G in Group]: { readonly [Op in InGroup<G> as MethodOf<Op["name"]>]: Method<Op> }
}
