/** Requests that use secrets in every place where a client could put them, and searches for these secrets. */
import { createHash, randomBytes } from "node:crypto"
import { codesIn, rawConnection } from "@communications/test-support/rawConnection"

const base = "/crmapi/rest/v2"

/** A new secret with the form of a token. */
export const freshSecret = (): string => randomBytes(16).toString("hex").toUpperCase()

/** The name and the value of each secret. */
export type Secrets = Readonly<Record<string, string>>

/** How a text could contain a secret: as it is, percent-encoded, or as the bytes of either, in the usual encodings. */
const formsOf = (secret: string): ReadonlyArray<string> => {
  const bytes = [Buffer.from(secret), ...(/^[0-9A-F]{32}$/.test(secret) ? [Buffer.from(secret, "hex")] : [])]
  const encoded = bytes.flatMap((bytes) => [bytes.toString("hex"), bytes.toString("base64").replace(/.?.?=*$/, "")])
  return [secret, encodeURIComponent(secret), ...encoded, createHash("md5").update(secret).digest("hex")]
}

const plain = (text: string): string => text.toLowerCase().replaceAll("-", "")

/** The names of the secrets that a text contains. Letter case and hyphens make no difference. */
export const secretsIn = (text: string, secrets: Secrets): ReadonlyArray<string> => {
  const searched = plain(text)
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const found = formsOf(secret)
      .map((form) => searched.indexOf(plain(form)))
      .find((at) => at >= 0)
    return found === undefined ? [] : [`${name}: …${searched.slice(Math.max(0, found - 300), found + 60)}`]
  })
}

/** A user who can log in. */
export interface Credentials {
  readonly organisation: string
  readonly username: string
  readonly password: string
}

/** Sends a POST request. */
const post = (url: string, path: string, body: unknown) => {
  const headers = { "content-type": "application/json" }
  return fetch(`${url}${base}/${path}`, { method: "POST", headers, body: JSON.stringify(body) })
}

/** Logs in, and returns the token. */
export const logIn = async (url: string, credentials: Credentials): Promise<string> => {
  const text = await (await post(url, "authentication/token", credentials)).text()
  const token = /[0-9A-F]{32}/.exec(text)?.[0]
  if (token === undefined) throw new Error(text)
  return token
}

/** Logs out. */
export const logOut = async (url: string, token: string): Promise<void> => {
  const response = await post(url, "authentication/token/release", { token })
  if (response.status !== 200) throw new Error(await response.text())
}

/** Uses tokens, a password and an idempotency key, rightly and wrongly. Returns all responses as text. */
export const useSecrets = async (
  url: string,
  { organisation, username, password }: Credentials,
  { key, wrong, ...tokens }: Secrets
): Promise<string> => {
  const received: Array<string> = []
  const call = async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const type = body === undefined ? {} : { "content-type": "application/json" }
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body)
    const sent = { method, headers: { ...type, ...headers }, ...(text === undefined ? {} : { body: text }) }
    const response = await fetch(`${url}${base}/${path}`, sent)
    received.push(JSON.stringify([...response.headers]), await response.text())
  }
  const identified = { communication_identifier: { number: "1" } }
  const query = "communication_identifier=number=1"
  const contact = { type: "PERSON", life_cycle_state: "MARKETING", first_name: "Ada", last_name: "Lovelace" }
  for (const token of Object.values(tokens)) {
    const authorization = { authorization: `Bearer ${token}` }
    const keyed = { "idempotency-key": `${key}` }
    for (const method of ["complete", "view", "create", "nothing"]) {
      await call("POST", `communications/${method}`, { token, ...identified }, keyed)
      await call("POST", `communications/${method}`, identified, { ...authorization, ...keyed })
    }
    await call("POST", "contact_information/create", { token, ...contact }, keyed)
    await call("POST", "contact_information/create", contact, {
      ...authorization,
      "idempotency-key": `${key}-2`
    })
    for (const path of ["communications/show", "communications/list", "contact_information/show", "nothing"]) {
      await call("GET", `${path}?token=${token}&${query}`)
      await call("GET", `${path}?${query}&life_cycle_state=DRAFT`, undefined, authorization)
      await call("HEAD", `${path}?token=${token}`)
      await call("PUT", `${path}?token=${token}&token=${token}`)
    }
    await call("GET", `contact_information/list?Token=${token}`, undefined, authorization)
    await call("POST", "communications/complete", { token: [token], ...identified })
    await call("POST", "communications/complete", {
      token: { [token]: token },
      communication_identifier: [token]
    })
    await call("POST", "communications/complete", { token, fields_set: [5], ...identified })
    await call("POST", "communications/complete", `{"token":"${token}"`)
    await call("POST", "communications/complete", { token, x: "x".repeat(20_000) })
    await call("POST", "communications/complete", `token=${token}`, { "content-type": "text/plain" })
    await call("POST", `authentication/token/release?token=${token}`, {}, { authorization: `Basic ${token}` })
    const raw = await rawConnection(Number(new URL(url).port))
    raw.socket.write(
      `GET ${base}/x?token=${token} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n${token}\r\n\r\n`
    )
    await raw.closed
    received.push(raw.text)
  }
  for (const failing of [{ password: wrong }, { password: { [`${wrong}`]: wrong } }, { username: [password] }]) {
    await call("POST", "authentication/token", { organisation, username, password, ...failing })
  }
  await call("POST", "authentication/token", { organisation, username: "nobody", password })
  await call("GET", `authentication/token?password=${password}`)
  if (codesIn(received.join()).length < 50) throw new Error("too few responses")
  return received.join("\n")
}
