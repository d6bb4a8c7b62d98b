import { Result } from "effect"

/** A line of a file: its number from 1, its text or why it has none, and the bytes of the file up to its end. */
export interface Line {
  readonly number: number
  readonly text: Result.Result<string, string>
  readonly end: number
}

const newline = 10

/** The longest line that is read, in bytes: whatever a file holds, it does not fill the memory. */
const longest = 1_048_576

const textOf = (bytes: Uint8Array): Line["text"] => {
  if (bytes.length > longest) return Result.fail(`longer than ${longest} bytes`)
  try {
    return Result.succeed(new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim())
  } catch {
    return Result.fail("not UTF-8")
  }
}

/** The lines of a file, one at a time; of a line that is too long no more is kept than shows that it is. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let parts: Array<Uint8Array> = []
  let [number, length, end] = [0, 0, 0]
  const take = (part: Uint8Array) => {
    if (length <= longest) parts.push(part)
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
      take(chunk.subarray(start, stop))
      end += 1
      start = stop + 1
      yield line()
    }
    take(chunk.subarray(start))
  }
  if (length > 0) yield line()
}
