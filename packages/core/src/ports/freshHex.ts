import { Effect } from "effect"

/** The Web Crypto API, which every JavaScript runtime has. */
declare const crypto: { readonly getRandomValues: (bytes: Uint8Array) => Uint8Array }

/** Writes bytes as upper-case hexadecimal digits. */
export const hexOfBytes = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase()

/** Generates 128 random bits, cryptographically secure, as 32 upper-case hexadecimal digits: a new id or token. */
export const freshHex: Effect.Effect<string> = Effect.sync(() => hexOfBytes(crypto.getRandomValues(new Uint8Array(16))))
