import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import { Effect, type Scope } from "effect"
import { listenOnFreePort } from "./freePort.ts"

/** The direction in which bytes are sent. */
export type Direction = "toServer" | "toClient"

/** A network between a client and a server that fails on demand. */
export interface TcpProxy {
  /** The URL that the client uses instead of the server's. */
  readonly url: string
  /** The open sockets, on both sides. */
  readonly sockets: () => ReadonlyArray<Socket>
  /** Resets all connections; blocked bytes are lost. */
  readonly cut: () => void
  /** Refuses new connections until `heal` is called. */
  readonly refuse: () => void
  /** Silently blocks bytes sent in this direction until `heal` is called; resolves when the first bytes arrive. */
  readonly swallow: (direction: Direction) => Promise<void>
  /** Forwards this many bytes more in a direction, and then cuts the connection of the last one; resolves when it is cut. */
  readonly cutAfter: (direction: Direction, bytes: number) => Promise<void>
  /** Delays all bytes by this time, until `heal` is called. */
  readonly slow: (milliseconds: number) => void
  /** Forwards everything again. Blocked bytes come first, in order, as with TCP. */
  readonly heal: () => void
}

const open = async (target: string) => {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const blocked = new Map<Direction, Array<() => void>>()
  const swallowed = { toServer: Promise.withResolvers<void>(), toClient: Promise.withResolvers<void>() }
  let refusing = false
  let delay = 0
  const cuts = new Map<Direction, { remaining: number; readonly done: () => void }>()

  const pass = (direction: Direction, deliver: () => void) => {
    const queue = blocked.get(direction)
    if (queue === undefined) deliver()
    else queue.push(deliver)
  }
  const forward = (direction: Direction, from: Socket, to: Socket) => {
    sockets.add(from)
    const send = (bytes: Buffer) => {
      const cut = cuts.get(direction)
      if (cut !== undefined && cut.remaining <= bytes.length) {
        cuts.delete(direction)
        to.write(bytes.subarray(0, cut.remaining))
        to.destroySoon()
        from.resetAndDestroy()
        return cut.done()
      }
      if (cut !== undefined) cut.remaining -= bytes.length
      to.write(bytes)
    }
    from.on("data", (bytes: Buffer) => {
      if (delay > 0) {
        from.pause()
        setTimeout(() => pass(direction, () => [send(bytes), from.resume()]), delay)
      } else pass(direction, () => send(bytes))
      if (blocked.has(direction)) swallowed[direction].resolve()
    })
    from.on("close", () => {
      sockets.delete(from)
      pass(direction, () => to.destroySoon())
    })
    from.on("error", () => {}) // the "close" event comes next and is handled
  }

  const server = createServer((client) => {
    if (refusing) return client.resetAndDestroy()
    const upstream = connect(Number(port), hostname)
    forward("toServer", client, upstream)
    forward("toClient", upstream, client)
  })
  const url = new URL(target)
  url.host = `127.0.0.1:${await listenOnFreePort(server)}`

  const cut = () => {
    for (const queue of blocked.values()) queue.length = 0
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
      if (!blocked.has(direction)) {
        blocked.set(direction, [])
        swallowed[direction] = Promise.withResolvers()
      }
      return swallowed[direction].promise
    },
    cutAfter: (direction, bytes) =>
      new Promise((done) => {
        cuts.set(direction, { remaining: bytes, done })
      }),
    slow: (milliseconds) => {
      delay = milliseconds
    },
    heal: () => {
      refusing = false
      delay = 0
      cuts.clear()
      const queues = [...blocked.values()]
      blocked.clear()
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

/** A proxy in front of the server at this URL, until the scope closes. */
export const tcpProxy = (target: string): Effect.Effect<TcpProxy, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => open(target)),
      ({ close }) => Effect.promise(close)
    ),
    ({ proxy }) => proxy
  )
