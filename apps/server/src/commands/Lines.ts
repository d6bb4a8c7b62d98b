import { largestBody } from "@communications/http"
import { Result } from "effect"

/** A line of a file. */
export interface Line {
  /** Counted from 1. */
  readonly number: number
  /** The text, or the reason why it cannot be read. */
  readonly text: Result.Result<string, string>
  /** The offset of its end in the file, in bytes. */
  readonly end: number
}

const newline = 10

const textOf = (bytes: Uint8Array): Line["text"] => {
  if (bytes.length > largestBody) return Result.fail(`longer than ${largestBody} bytes`)
  try {
    return Result.succeed(new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim())
  } catch {
    return Result.fail("not UTF-8")
  }
}

/** Reads the lines of a file one by one. A line may be as long as the body of a request; the rest is discarded. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let parts: Array<Uint8Array> = []
  let [number, length, end] = [0, 0, 0]
  const append = (part: Uint8Array) => {
    if (length <= largestBody) parts.push(part)
    length += part.length
    end += part.length
  }
  const line = (): Line => {
    const text = textOf(Buffer.concat(parts))
    parts = []
    length = 0
    number += 1
    return { number, text, end }
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let stop = chunk.indexOf(newline); stop !== -1; stop = chunk.indexOf(newline, start)) {
      append(chunk.subarray(start, stop))
      end += 1
      start = stop + 1
      yield line()
    }
    append(chunk.subarray(start))
  }
  if (length > 0) yield line()
}
