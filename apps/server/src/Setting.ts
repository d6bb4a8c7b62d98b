import { Config, Effect, type Option, Schema } from "effect"
import { StartupFailure } from "./StartupFailure.ts"

/** A variable of the environment. How it is read, the error about a wrong value and its row in the docs follow from this. */
export interface Setting<A> {
  readonly name: string
  /** As it would be written in the environment; empty if there is no default. */
  readonly default: string
  /** Completes the sentence "NAME must be …". */
  readonly expected: string
  readonly description: string
  readonly config: Config.Config<A>
}

/** Declares a setting with a default. */
export const setting = <A>(schema: Schema.Codec<A, string>, described: Omit<Setting<A>, "config">): Setting<A> => ({
  ...described,
  config: Config.schema(schema, described.name).pipe(Config.withDefault(Schema.decodeSync(schema)(described.default)))
})

/** Declares a setting that may be unset. `default` describes what applies then, if anything does. */
export const optionalSetting = <A>(
  schema: Schema.Codec<A, string>,
  described: Omit<Setting<A>, "config" | "default"> & { readonly default?: string }
): Setting<Option.Option<A>> => ({
  default: "",
  ...described,
  config: Config.option(Config.schema(schema, described.name))
})

/** Reads a setting, or fails with the sentence about it. */
export const read = <A>({ name, expected, config }: Setting<A>): Effect.Effect<A, StartupFailure> =>
  Effect.mapError(config, () => new StartupFailure({ message: `${name} must be ${expected}.` }))
