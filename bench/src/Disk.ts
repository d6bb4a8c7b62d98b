/** The disk that PostgreSQL's commits go to. */
import { statfsSync } from "node:fs"
import { tmpdir } from "node:os"

const inMemory = 0x01021994 // TMPFS_MAGIC

/** Has temporary files on a disk, where they would be in memory. */
export const useDisk = (): void => {
  if (statfsSync(tmpdir()).type === inMemory) process.env.TMPDIR = "/var/tmp"
}

/** How much is free there. */
export const freeGigabytes = (): number => {
  useDisk()
  const { bavail, bsize } = statfsSync(tmpdir())
  return (bavail * bsize) / 1e9
}
