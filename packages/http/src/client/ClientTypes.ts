/** The types of the client's methods, derived from the operations. */
import type {
  FieldsInput,
  Group,
  InGroup,
  MetadataOf,
  MethodOf,
  Operations,
  OptionsOf,
  Sparse
} from "@communications/core"

/** The parameters of an operation, except the token, which the client adds. */
export type RequestOf<Op extends Operations> = Op["request"]["Encoded"]

/** The result of an operation without `fields_set`. */
export type ResultOf<Op extends Operations> = NonNullable<Op["documented"]>["Type"]

/** The result of an operation with `fields_set`. */
export type SparseResultOf<Op extends Operations> = Sparse<
  NonNullable<Op["nameable"]> extends { readonly Type: infer Data } ? Data : never
>

/** The options of a method, which the client sends as headers; `undefined` if it has none. */
export type OptionsArgument<Op extends Operations> = unknown extends OptionsOf<Op> ? undefined : OptionsOf<Op>

/** The metadata of each operation, as the parameter of a function. */
export type EachMetadata<Op extends Operations> = Op extends Operations
  ? unknown extends MetadataOf<Op>
    ? never
    : (metadata: MetadataOf<Op>) => void
  : never

/** The metadata of any response. Only the operations that return it set it. */
export type Metadata = EachMetadata<Operations> extends (metadata: infer All) => void ? Partial<All> : never

/** With `fields_set`, the method resolves to the named fields; without it, to all fields. */
export interface MethodWithFieldsSet<Op extends Operations> {
  (request: RequestOf<Op> & { readonly fields_set?: null }, options?: OptionsArgument<Op>): Promise<ResultOf<Op>>
  (
    request: RequestOf<Op> & { readonly fields_set: NonNullable<FieldsInput> },
    options?: OptionsArgument<Op>
  ): Promise<SparseResultOf<Op>>
}

/** The method of an operation. */
export type Method<Op extends Operations> = Op extends { readonly user: "authenticated" }
  ? MethodWithFieldsSet<Op>
  : Op extends { readonly user: "token" }
    ? (request?: RequestOf<Op>, options?: OptionsArgument<Op>) => Promise<ResultOf<Op>>
    : (request: RequestOf<Op>, options?: OptionsArgument<Op>) => Promise<ResultOf<Op>>

/** A method for each operation, by group. */
export type Methods = {
  readonly [G in Group]: { readonly [Op in InGroup<G> as MethodOf<Op["name"]>]: Method<Op> }
}
