/** A CommonJS host: it requires every entry, and prints the outcome of a call. */
import { createCommunications, layerMemory } from "@communications/core"
import { communicationsContract } from "@communications/core/testing"
import { createHandler } from "@communications/http"
import { createClient } from "@communications/http/client"
import { document } from "@communications/http/document"
import { makeClient } from "@communications/http/effect-client"
import { serve } from "@communications/http/router"
import { Effect } from "effect"

import postgres = require("@communications/postgres")

const required = [communicationsContract, createHandler, createClient, document, makeClient, serve, postgres.layerHost]
const communications = createCommunications(layerMemory)
const identifier = { communication_identifier: { number: "41" } }

communications.communications
  .complete({ token: "unknown", ...identifier })
  .then((outcome) => console.log(required.length, outcome.ok ? outcome.value.number : outcome.error._tag))
  .finally(() => communications.dispose())
  .finally(() => Effect.runPromise(Effect.void))
