import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import { Effect, type Scope } from "effect"

/** Which way bytes go. */
export type Direction = "toServer" | "toClient"

/** A network between a client and a server that fails when it is told to. */
export interface TcpProxy {
  /** What the client connects to instead of the server. */
  readonly url: string
  /** Whatever is connected, on either side. */
  readonly sockets: () => ReadonlyArray<Socket>
  /** Cuts all connections; what was held back is lost. */
  readonly cut: () => void
  /** Refuses new connections, until it is healed. */
  readonly refuse: () => void
  /** Holds back silently what goes in this direction, until it is healed; resolves when there was something. */
  readonly swallow: (direction: Direction) => Promise<void>
  /** Lets everything pass again, beginning with what was held back, as TCP does. */
  readonly heal: () => void
}

const open = async (target: string) => {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const held = new Map<Direction, Array<() => void>>()
  const swallowed = { toServer: Promise.withResolvers<void>(), toClient: Promise.withResolvers<void>() }
  let refusing = false

  const pass = (direction: Direction, deliver: () => void) => {
    const queue = held.get(direction)
    if (queue === undefined) deliver()
    else queue.push(deliver)
  }
  const forward = (direction: Direction, from: Socket, to: Socket) => {
    sockets.add(from)
    from.on("data", (bytes) => {
      pass(direction, () => to.write(bytes))
      if (held.has(direction)) swallowed[direction].resolve()
    })
    from.on("close", () => {
      sockets.delete(from)
      pass(direction, () => to.destroySoon())
    })
    from.on("error", () => {}) // "close" follows
  }

  const server = createServer((client) => {
    if (refusing) return client.resetAndDestroy()
    const upstream = connect(Number(port), hostname)
    forward("toServer", client, upstream)
    forward("toClient", upstream, client)
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port was given")
  const url = new URL(target)
  url.host = `127.0.0.1:${address.port}`

  const cut = () => {
    for (const queue of held.values()) queue.length = 0
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const proxy: TcpProxy = {
    url: url.href,
    sockets: () => [...sockets],
    cut,
    refuse: () => {
      refusing = true
    },
    swallow: (direction) => {
      if (!held.has(direction)) {
        held.set(direction, [])
        swallowed[direction] = Promise.withResolvers()
      }
      return swallowed[direction].promise
    },
    heal: () => {
      refusing = false
      const queues = [...held.values()]
      held.clear()
      for (const deliver of queues.flat()) deliver()
    }
  }
  const close = async () => {
    cut()
    server.close()
    await once(server, "close")
  }
  return { proxy, close }
}

/** A proxy in front of the server at this URL, for as long as the scope is open. */
export const tcpProxy = (target: string): Effect.Effect<TcpProxy, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => open(target)),
      ({ close }) => Effect.promise(close)
    ),
    ({ proxy }) => proxy
  )
