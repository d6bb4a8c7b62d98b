import { Socket } from "node:net"

/** The code of a CancelRequest. Source: PostgreSQL, Message Formats. */
const cancelRequest = 80877102

/**
 * A connection to the embedded database, which cannot cancel a statement, and would keep a connection that requests it open:
 * it is closed at once instead, as PostgreSQL does.
 */
export class EmbeddedSocket extends Socket {
  override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (chunk.length === 16 && chunk.readInt32BE(4) === cancelRequest) {
      callback()
      this.destroy()
    } else super._write(chunk, encoding, callback)
  }
}
