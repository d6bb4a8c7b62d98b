import { Schema } from "effect"

/** The form of a key, in words. */
export const keyForm = "1 to 255 printable ASCII characters, no blanks around them"

/**
 * The key that a user chooses for a request, so that repeating the request has no second effect. It belongs to the user
 * and the organisation.
 */
export const IdempotencyKey = Schema.String.check(Schema.isPattern(/^(?! )[ -~]{1,255}(?<! )$/, { expected: keyForm }))
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
