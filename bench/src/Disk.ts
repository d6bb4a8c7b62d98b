/** The disk of PostgreSQL's data. */
import { statfsSync } from "node:fs"
import { tmpdir } from "node:os"

const inMemory = 0x01021994 // TMPFS_MAGIC

/** Moves temporary files to a disk if their folder is in memory. */
export const useDisk = (): void => {
  if (statfsSync(tmpdir()).type === inMemory) process.env.TMPDIR = "/var/tmp"
}

/** The free space on that disk. */
export const freeGigabytes = (): number => {
  useDisk()
  const { bavail, bsize } = statfsSync(tmpdir())
  return (bavail * bsize) / 1e9
}
