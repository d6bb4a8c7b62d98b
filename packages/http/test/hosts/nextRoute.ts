/** A route module as Next.js has it, `app/[...path]/route.ts`: a handler by the name of each method. */
import { createHandler } from "@communications/http"
import { hostPorts } from "@communications/test-support/hostPorts"

const handler = createHandler(hostPorts)

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = {
  ...{ GET: handler, HEAD: handler, POST: handler, PUT: handler },
  ...{ PATCH: handler, DELETE: handler, OPTIONS: handler }
}
