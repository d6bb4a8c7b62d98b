/** A Next.js route module, `app/[...path]/route.ts`, which exports a handler for each method. */
import { createHandler } from "@communications/http"
import { adapterPorts } from "@communications/test-support/adapterPorts"

const handler = createHandler(adapterPorts)

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = {
  ...{ GET: handler, HEAD: handler, POST: handler, PUT: handler },
  ...{ PATCH: handler, DELETE: handler, OPTIONS: handler }
}
