import { layerMemory, type Ports } from "@communications/core"
import { Context, Effect, Layer } from "effect"

/** An adapter that breaks one promise, in one sentence, and the clause that must catch it. */
export interface Broken {
  readonly how: string
  readonly clause: string
  readonly adapters: Layer.Layer<Ports>
}

/** The adapters in memory, with a fault in one of them; it may use a second memory, of which nobody else knows. */
export const faulty =
  <Port extends Ports, Shape>(port: Context.Key<Port, Shape>) =>
  (
    how: string,
    clause: string,
    fault: (sound: Shape, elsewhere: Context.Context<Ports>) => Partial<Shape>
  ): Broken => ({
    how,
    clause,
    adapters: Layer.effectContext(
      Effect.gen(function* () {
        const [ports, elsewhere] = [
          yield* Layer.build(Layer.fresh(layerMemory)),
          yield* Layer.build(Layer.fresh(layerMemory))
        ]
        const sound = Context.get(ports, port)
        return Context.add(ports, port, { ...sound, ...fault(sound, elsewhere) })
      })
    )
  })
