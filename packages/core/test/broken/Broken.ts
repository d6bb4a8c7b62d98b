import {
  type Communication,
  type CommunicationId,
  type Communications,
  layerMemory,
  type Ports
} from "@communications/core"
import { Context, Effect, Layer } from "effect"

/** An adapter with one fault, described by `how`, and the clause that must fail for it. */
export interface Broken {
  readonly how: string
  readonly clause: string
  readonly adapters: Layer.Layer<Ports>
}

/** Makes in-memory adapters with a fault in one of them. The fault may use a second, separate set, `elsewhere`. */
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

/** Lets a fault change what `find` returns, without changing what the sound adapter has stored. */
export const overlay = (sound: typeof Communications.Service) => {
  const overlaid = new Map<CommunicationId, Communication>()
  const find: typeof sound.find = (organisation, identifier) =>
    Effect.map(sound.find(organisation, identifier), (found) => overlaid.get(found.id) ?? found)
  const put = <C extends Communication>(communication: C) => {
    overlaid.set(communication.id, communication)
    return communication
  }
  return { find, put }
}
