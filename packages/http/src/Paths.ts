/** The path and the verb of each operation. This file imports nothing at run time, so that clients stay small. */

const base = "/crmapi/rest/v2"

/** The path of an operation, from its documented name. */
export const pathOf = (name: string): `/${string}` => `${base}/${name}`

/** The documented name of the operation at a path; the name of another path is the path itself, without its slash. */
export const nameAt = (path: string): string => path.slice(path.startsWith(`${base}/`) ? base.length + 1 : 1)

/** The documented name of a client's method. Only `authentication/token/release` has three parts. */
export const nameOf = (group: string, method: string): string =>
  `${group}/${method === "release" ? "token/release" : method}`

/** The verb of an operation: `show` and `list` only read, so they are GET; all other operations are POST. */
export const verbOf = (name: string): "GET" | "POST" => (/\/(show|list)$/.test(name) ? "GET" : "POST")

/** The paths of the health checks: whether the process is running, and whether its database responds. */
export const healthPaths = { live: "/health/live", ready: "/health/ready" } as const

/** The paths of the OpenAPI document and of the page that renders it. */
export const documentPaths = { document: "/openapi.json", page: "/docs" } as const
