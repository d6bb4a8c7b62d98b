import type { Accounts } from "./Accounts.ts"
import type { Attempts } from "./Attempts.ts"
import type { Communications } from "./Communications.ts"
import type { ContactInformations } from "./ContactInformations.ts"
import type { Events } from "./Events.ts"
import type { Readiness } from "./Readiness.ts"
import type { Sessions } from "./Sessions.ts"

/** Every port. */
export type Ports = Accounts | Attempts | Communications | ContactInformations | Events | Readiness | Sessions

/** The names of the methods of ports, as `Communications.take`. */
export type MethodsOf<Port> = Port extends {
  readonly key: `@communications/core/${infer Name}`
  readonly Service: infer Shape
}
  ? `${Name}.${keyof Shape & string}`
  : never

/** The name of a method of a port, such as `Communications.take`: the `operation` of an adapter's `StorageUnavailable`. */
export type PortMethod = MethodsOf<Ports>

export * from "./Accounts.ts"
export * from "./Attempts.ts"
export * from "./Communications.ts"
export * from "./ContactInformations.ts"
export * from "./Events.ts"
export * from "./Readiness.ts"
export * from "./Sessions.ts"
