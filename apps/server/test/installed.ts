import { existsSync } from "node:fs"

/** Returns the path of a program that npm does not install, and fails with the remedy if it is missing. */
export const installed = (path: string, remedy: string): string => {
  if (existsSync(path)) return path
  throw new Error(`No program exists at ${path}: ${remedy}.`)
}
