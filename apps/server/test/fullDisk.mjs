/** Imported before the server: writes of its threads fail, as on a full disk, while the file named by FULL_DISK exists. */
import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { isMainThread } from "node:worker_threads"

const { writeSync } = fs
fs.writeSync = (...args) => {
  if (isMainThread || !fs.existsSync(process.env.FULL_DISK)) return writeSync(...args)
  throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", errno: -28 })
}
syncBuiltinESMExports()
