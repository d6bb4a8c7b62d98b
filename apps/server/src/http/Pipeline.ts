import type { ServerResponse } from "node:http"
import type { Socket } from "node:net"

/** How many requests of one connection are handled at once. */
const mostInHand = 8

/**
 * The requests of one connection. Handles a few of them at once, in the order of their arrival, and stops reading while
 * others wait: a client that sends requests faster than it reads responses must not keep the server from its others.
 */
export class Pipeline {
  /** The responses that have not been sent, in order. */
  readonly pending = new Set<ServerResponse>()
  /** When the connection was opened, or sent its last response, by `performance.now()`. */
  since = performance.now()
  readonly #socket: Socket
  /** The functions that handle the last of the pending requests. */
  readonly #waiting: Array<() => void> = []
  #last: ServerResponse | undefined
  #isFull = false

  /** Must be called after Node has added its own listeners to the socket. */
  constructor(socket: Socket) {
    this.#socket = socket
    // Reading the body of a request resumes the socket.
    socket.on("resume", () => {
      if (this.#isFull) socket.pause()
    })
  }

  /** Adds a request. Once few enough of the earlier ones are in hand, it calls `handle` with the pending response before it. */
  add(response: ServerResponse, handle: (previous: ServerResponse | undefined) => void): void {
    const previous = this.#last
    this.#last = response
    this.pending.add(response)
    this.#waiting.push(() => handle(previous))
    response.once("close", () => {
      this.pending.delete(response)
      if (this.#last === response) this.#last = undefined
      this.since = performance.now()
      this.#next()
    })
    this.#next()
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.pending.size - this.#waiting.length < mostInHand) this.#waiting.shift()?.()
    const isFull = this.#waiting.length > 0
    if (isFull === this.#isFull) return
    this.#isFull = isFull
    if (isFull) this.#socket.pause()
    else this.#socket.resume()
  }
}
