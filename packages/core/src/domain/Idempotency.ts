import { Schema } from "effect"

/**
 * The key that a user chooses for a request, so that repeating the request has no second effect: 1 to 255 printable
 * ASCII characters, without blanks around them. It belongs to the user and the organisation.
 */
export const IdempotencyKey = Schema.String.check(
  Schema.isPattern(/^(?! )[ -~]{1,255}(?<! )$/, {
    expected: "1 to 255 printable ASCII characters, no blanks around them"
  })
)
export type IdempotencyKey = typeof IdempotencyKey.Type

/** The key of a request, and the SHA-256 of what it asks for, as 64 hexadecimal digits. */
export interface Idempotency {
  readonly key: IdempotencyKey
  readonly fingerprint: string
}

/** What the first request with a key made, as it is now, and the fingerprint of that request. */
export interface MadeByKey<Made> {
  readonly fingerprint: string
  readonly made: Made
}
