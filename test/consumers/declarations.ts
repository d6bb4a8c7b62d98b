/** A host that publishes declarations: what it exports has the types of the packages, without annotations. */
import {
  type CommunicationsApi,
  completeCommunication,
  createCommunications,
  layerMemory,
  listCommunications,
  operations,
  orThrow,
  subscribe
} from "@communications/core"
import { createTestCommunications } from "@communications/core/testing"
import { createHandler } from "@communications/http"
import { createClient } from "@communications/http/client"
import { makeClient } from "@communications/http/effect-client"
import { serve } from "@communications/http/router"
import {
  type Execute,
  fromDrizzle,
  fromKysely,
  fromPg,
  layer,
  layerHost,
  migrate,
  migrateHost,
  migrations
} from "@communications/postgres"
import { Effect, Layer, Redacted } from "effect"
import { Pool } from "pg"

export const pool = new Pool()
export const execute = fromPg(pool)
export const ports = layerHost(execute)
export const executors = { fromDrizzle, fromKysely, fromPg }
export const migrating = { migrate, migrateHost, migrations }

export const communications = createCommunications(ports)
export const onHandle = (execute: Execute) => createCommunications(layerHost(execute))
export const { authentication, contact_information } = communications
export const { complete, create, list, show, view } = communications.communications
export const subscribeHere = communications.subscribe
export const subscription = subscribeHere({ subscription: "mail", handler: () => undefined })
export const test = createTestCommunications()

const identifier = { communication_identifier: { number: "41" } }
export const completing = (token: string) => complete({ token, ...identifier })
export const subjectOf = (token: string) => orThrow(show({ token, ...identifier, fields_set: "subject" }))
export const stopped = async (api: CommunicationsApi, token: string) => {
  await api.dispose()
  return api.communications.list({ token, life_cycle_state: "DRAFT" })
}
export class Service {
  readonly api = createCommunications(layerMemory)
  readonly complete = this.api.communications.complete
}

export const handler = createHandler(ports)
export const client = createClient({ baseUrl: "https://crm.example" })
export const remoteMethods = client.communications
export const remoteComplete = client.communications.complete
export const remotely = (number: string) => remoteComplete({ communication_identifier: { number } })

export const clientEffect = makeClient({ baseUrl: "https://crm.example" })
export const methodEffect = Effect.map(clientEffect, ({ communications }) => communications.complete)
export const remoteEffect = Effect.flatMap(methodEffect, (complete) => complete(identifier))

export const operation = completeCommunication
export const operationEffect = completeCommunication({ token: Redacted.make("secret"), ...identifier })
export const listEffect = listCommunications
export const subscriptionEffect = subscribe({ subscription: "mail", handler: () => Effect.void })
export const everyOperation = operations
export const layers = { layer, layerMemory, serve }
export const served = Layer.provide(serve, layer)
