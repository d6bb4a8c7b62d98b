/** The disk of PostgreSQL's data. */
import { statfsSync } from "node:fs"
import { tmpdir } from "node:os"

const tmpfs = 0x01021994 // TMPFS_MAGIC

/** Puts temporary files on a disk if the default folder is in memory. */
export const useDisk = (): void => {
  if (statfsSync(tmpdir()).type === tmpfs) process.env.TMPDIR = "/var/tmp"
}

/** The free space on that disk, in GB. */
export const freeGigabytes = (): number => {
  useDisk()
  const { bavail, bsize } = statfsSync(tmpdir())
  return (bavail * bsize) / 1e9
}
