import { connect, type Socket } from "node:net"

/** A response with its unparsed body. */
export interface RawResponse {
  readonly status: number
  readonly body: Buffer
}

const end = Buffer.from("\r\n\r\n")

/**
 * A kept-alive HTTP/1.1 connection that sends one request at a time. It parses only the status and the content-length: a
 * complete HTTP client would need several times the processor time, which the server would lack.
 */
export class Connection {
  readonly #socket: Socket
  readonly #head: string
  #received: Buffer = Buffer.alloc(0)
  #onResponse: ((response: RawResponse) => void) | undefined

  constructor(url: string, path: string, onBroken: (reason: Error) => void) {
    const { hostname, port } = new URL(url)
    this.#head = `POST ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: `
    this.#socket = connect(Number(port), hostname)
    this.#socket.setNoDelay(true)
    this.#socket.on("data", (chunk) => this.#receive(chunk))
    let reason = new Error("the server closed a connection in use")
    this.#socket.on("error", (error) => {
      reason = error
    })
    this.#socket.on("close", () => this.#onResponse && onBroken(reason))
  }

  send(body: string, onResponse: (response: RawResponse) => void): void {
    this.#onResponse = onResponse
    this.#socket.write(`${this.#head}${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  close(): void {
    this.#onResponse = undefined
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const bodyAt = this.#received.indexOf(end) + end.length
    if (bodyAt < end.length) return
    const head = this.#received.toString("latin1", 0, bodyAt)
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length === undefined) return void this.#socket.destroy(new Error(`a response without content-length: ${head}`))
    const endAt = bodyAt + Number(length)
    if (this.#received.length < endAt) return
    const response = { status: Number(head.slice(9, 12)), body: this.#received.subarray(bodyAt, endAt) }
    const onResponse = this.#onResponse
    this.#received = this.#received.subarray(endAt)
    this.#onResponse = undefined
    onResponse?.(response)
  }
}
