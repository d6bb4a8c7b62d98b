/** Where the operations are, and by which verb. It imports nothing at run time, so that clients stay small. */

/** The base of all operations. */
const base = "/crmapi/rest/v2"

/** The path of an operation, by its documented name. */
export const pathOf = (name: string): `/${string}` => `${base}/${name}`

/** The documented name of a method; releasing a token is the only one whose name has three parts. */
export const nameOf = (group: string, method: string): string =>
  `${group}/${method === "release" ? "token/release" : method}`

/** The verb of an operation: the documented API reads by `show` and `list`, and changes by everything else. */
export const verbOf = (name: string): "GET" | "POST" => (/\/(show|list)$/.test(name) ? "GET" : "POST")

/** Where the server says whether it runs, and whether its database answers. */
export const healthPaths = { live: "/health/live", ready: "/health/ready" } as const

/** Where the OpenAPI document is, and the page that renders it. */
export const documentPaths = { document: "/openapi.json", page: "/docs" } as const
