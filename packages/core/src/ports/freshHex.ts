import { Effect } from "effect"

/** The Web Cryptography that every runtime of JavaScript has. */
declare const crypto: { readonly getRandomValues: (bytes: Uint8Array) => Uint8Array }

/** 32 upper-case hexadecimal digits, 128 bits from the cryptographic source of the runtime: a new id, or a token. */
export const freshHex: Effect.Effect<string> = Effect.sync(() =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase()
)
