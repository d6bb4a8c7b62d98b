/** What a body must be before it is read as JSON. */

/** Whether a `Content-Type` is that of JSON, in UTF-8 if it names an encoding. */
export const isJson = (contentType: string): boolean => {
  const [type, ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase())
  const charsets = parameters.filter((parameter) => parameter.startsWith("charset="))
  return type === "application/json" && charsets.every((charset) => /^charset=("utf-8"|utf-8)$/.test(charset))
}

/** On every platform, though not in the language. */
declare const TextDecoder: new (
  encoding: string,
  options: { readonly fatal: boolean }
) => { readonly decode: (bytes: ArrayBuffer) => string }

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Whether bytes are UTF-8. */
export const isUtf8 = (bytes: ArrayBuffer): boolean => {
  try {
    utf8.decode(bytes)
    return true
  } catch {
    return false
  }
}
