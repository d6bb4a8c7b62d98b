/** TLS to a PostgreSQL, as the parameters of libpq ask for it: what they ask for is had, or the server does not start. */
import { X509Certificate } from "node:crypto"
import { readFile } from "node:fs/promises"
import { type ConnectionOptions, createSecureContext } from "node:tls"
import { Effect } from "effect"
import { invalid, type Parameters } from "./DatabaseUrl.ts"
import { StartupFailure } from "./StartupFailure.ts"

const modes = ["require", "verify-ca", "verify-full"] as const
type Mode = (typeof modes)[number]
const isMode = (text: string): text is Mode => modes.some((mode) => mode === text)

/** How a connection is encrypted: the mode of libpq, and the paths of the files that it needs. */
export interface Tls {
  readonly mode: Mode
  readonly files: Readonly<Partial<Record<"sslrootcert" | "sslcert" | "sslkey", string>>>
}

/** The TLS that parameters ask for; none on a connection in plain text. */
export const tlsOf = Effect.fnUntraced(function* (parameters: Parameters, isSocket: boolean) {
  const { sslrootcert, sslcert, sslkey } = parameters
  const { sslmode = sslrootcert === "system" ? "verify-full" : undefined } = parameters
  if (sslmode === undefined && (sslrootcert ?? sslcert ?? sslkey) !== undefined) {
    return yield* invalid("sslmode", "must be require, verify-ca or verify-full if there are certificates")
  }
  if (sslmode === undefined || sslmode === "disable") return undefined
  if (!isMode(sslmode)) {
    return yield* invalid("sslmode", `must be disable, ${modes.join(", ")}: allow and prefer do not promise encryption`)
  }
  if (isSocket) return yield* invalid("sslmode", "must be disable on a Unix socket, which has no TLS")
  if (sslmode === "verify-ca" && sslrootcert === undefined) {
    return yield* invalid("sslrootcert", "must name a file for sslmode=verify-ca, or use sslmode=verify-full")
  }
  if (sslmode !== "verify-full" && sslrootcert === "system") {
    return yield* invalid("sslmode", "must be verify-full with sslrootcert=system")
  }
  if ((sslcert === undefined) !== (sslkey === undefined)) {
    return yield* invalid("sslcert", "needs sslkey, and sslkey needs sslcert")
  }
  const files = {
    ...(sslrootcert !== undefined && sslrootcert !== "system" && { sslrootcert }),
    ...(sslcert !== undefined && { sslcert }),
    ...(sslkey !== undefined && { sslkey })
  }
  return { mode: sslmode, files } satisfies Tls
})

const read = (parameter: keyof Tls["files"], path: string | undefined) =>
  path === undefined
    ? Effect.undefined
    : Effect.tryPromise({
        try: () => readFile(path),
        catch: (cause) =>
          new StartupFailure({ message: `The file of ${parameter} cannot be read (${reason(cause)}): check its path.` })
      })

const reason = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

/**
 * What a mode of libpq means to Node: `require` verifies nothing unless there is a root certificate, `verify-ca` the
 * certificate, and `verify-full` also the name of the host. The driver never continues without TLS.
 */
export const tlsOptions = Effect.fnUntraced(function* (
  tls: Tls | undefined
): Effect.fn.Return<ConnectionOptions | false, StartupFailure> {
  if (tls === undefined) return false
  const ca = yield* read("sslrootcert", tls.files.sslrootcert)
  const cert = yield* read("sslcert", tls.files.sslcert)
  const key = yield* read("sslkey", tls.files.sslkey)
  const secureContext = yield* Effect.try({
    try: () => {
      if (ca !== undefined) new X509Certificate(ca) // a secure context ignores a text that is no certificate
      return createSecureContext({ ca, cert, key })
    },
    catch: (cause) =>
      new StartupFailure({
        message: `The files of sslrootcert, sslcert and sslkey cannot be used (${reason(cause)}): check that they are in PEM format and that the key belongs to the certificate.`
      })
  })
  if (tls.mode === "verify-full") return { secureContext }
  if (ca === undefined) return { secureContext, rejectUnauthorized: false }
  return { secureContext, checkServerIdentity: () => undefined }
})
